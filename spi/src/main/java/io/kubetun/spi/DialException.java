package io.kubetun.spi;

import java.io.IOException;
import java.util.Objects;

/** Why a dial failed, as a reason that front-ends translate (RST, SOCKS reply, HTTP status) and a sentence for people. */
public final class DialException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Makes a failure.
     *
     * @param reason what kind
     * @param message one sentence that names the target
     */
    public DialException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Makes a failure with a cause.
     *
     * @param reason what kind
     * @param message one sentence that names the target
     * @param cause the exception behind it, or null for none
     */
    public DialException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns the kind of failure.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /** The kinds of failure. */
    public enum Reason {
        /** There is no Service, pod or name like that. */
        UNKNOWN_NAME,
        /** The name exists, the port does not. */
        UNKNOWN_PORT,
        /** No endpoint is ready. */
        NO_ENDPOINTS,
        /** The target is no pod, and this way reaches only pods. */
        NOT_A_POD,
        /** It is not TCP, and this way carries nothing else. */
        NEEDS_GATEWAY,
        /** The pod answered that nothing listens there. */
        REFUSED,
        /** The pod cannot be reached. */
        UNREACHABLE,
        /** The cluster forbids it. */
        FORBIDDEN,
        /** The API server cannot be reached now. */
        CLUSTER_LOST,
        /** No answer in time. */
        TIMED_OUT,
        /** A limit of this session is reached. */
        LIMIT,
        /** The flow was open and was cut by the other side. */
        RESET
    }
}
