package io.kubetun.host.natives;

/** Who this process runs as. */
public final class Users {
    /** The uid of root. */
    public static final int ROOT = 0;

    private Users() {}

    /**
     * Returns the effective uid of this process.
     *
     * @return the uid
     */
    public static int current() {
        return Posix.geteuid();
    }
}
