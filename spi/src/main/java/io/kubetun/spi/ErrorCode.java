package io.kubetun.spi;

/**
 * What can go wrong, as a code that can be counted and that is the process's exit status. The tens say the kind:
 * 2x configuration, 3x permission, 4x cluster, 5x target, 6x data plane, 7x plugin.
 */
public enum ErrorCode {
    /** The command line is wrong. */
    USAGE(1),
    /** A profile or file that was named does not exist. */
    CONFIG_NOT_FOUND(20),
    /** A profile or option cannot be understood. */
    CONFIG_INVALID(21),
    /** There is no kubeconfig, and this is no pod either. */
    KUBECONFIG_MISSING(22),
    /** The kubeconfig cannot be read or understood. */
    KUBECONFIG_INVALID(23),
    /** The kubeconfig has no context, cluster or user of that name. */
    CONTEXT_UNKNOWN(24),
    /** The state of an earlier session is unreadable. */
    STATE_UNREADABLE(25),
    /** A session of that name is running already. */
    SESSION_EXISTS(26),
    /** No session has that id, or no mode of it that name. */
    SESSION_UNKNOWN(27),
    /** The background kernel cannot be started, or is of another version. */
    KERNEL_UNUSABLE(28),
    /** The user may not do this in the cluster (403). */
    FORBIDDEN(30),
    /** The user's credentials are missing, wrong or expired (401, or the exec plugin failed). */
    CREDENTIALS(31),
    /** This machine wants root for it. */
    NEEDS_ROOT(32),
    /** The API server cannot be reached. */
    CLUSTER_UNREACHABLE(40),
    /** The API server's certificate is not trusted. */
    CLUSTER_TLS(41),
    /** The API server answered with something unexpected. */
    CLUSTER_ERROR(42),
    /** No such Service, pod or name. */
    TARGET_UNKNOWN(50),
    /** The Service has no ready endpoint. */
    TARGET_NOT_READY(51),
    /** The target exists but cannot be reached in this way. */
    TARGET_UNSUPPORTED(52),
    /** The address to listen on is taken. */
    PORT_IN_USE(60),
    /** A listener could not be opened for another reason. */
    LISTEN_FAILED(61),
    /** A change to this machine failed or was refused. */
    HOST_CHANGE(62),
    /** The session was lost. */
    SESSION_LOST(63),
    /** No plugin provides this mode. */
    PLUGIN_UNKNOWN(70),
    /** A plugin is broken or built for another version of this interface. */
    PLUGIN_BROKEN(71),
    /** Something in kubetun or a plugin failed that should not. */
    INTERNAL(79),
    /** Interrupted by the user. */
    INTERRUPTED(130);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    /**
     * Returns the exit status of a process that ends with this error.
     *
     * @return 1 to 130
     */
    public int status() {
        return status;
    }
}
