package io.kubetun.host.natives;

import com.sun.jna.Platform;

/** Error numbers that are acted upon, as Linux has them. */
public final class Errno {
    /** No such file. */
    static final int ENOENT = 2;
    /** Interrupted by a signal. */
    static final int EINTR = 4;
    /** Nothing there yet, or a lock is held. */
    static final int EAGAIN = Platform.isMac() ? 35 : 11;
    /** Permission denied. */
    public static final int EACCES = 13;
    /** No such attribute. */
    static final int ENODATA = 61;
    /** Not supported here. */
    static final int EOPNOTSUPP = 95;
    /** Somebody else has the address. */
    public static final int EADDRINUSE = 98;
    /** Messages were lost: the reader was too slow. */
    static final int ENOBUFS = 105;
    /** Not an address of this machine. */
    public static final int EADDRNOTAVAIL = 99;

    private Errno() {}
}
