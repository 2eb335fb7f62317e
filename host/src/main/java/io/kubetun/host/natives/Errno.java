package io.kubetun.host.natives;

import com.sun.jna.Platform;

/** Error numbers that are acted upon, as Linux has them. */
public final class Errno {
    /** Not permitted. */
    public static final int EPERM = 1;
    /** No such file. */
    public static final int ENOENT = 2;
    /** No such route. */
    public static final int ESRCH = 3;
    /** In use. */
    public static final int EBUSY = 16;
    /** It is there already. */
    public static final int EEXIST = 17;
    /** No such device. */
    public static final int ENODEV = 19;
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
    /** It was another one that was meant. */
    static final int ESTALE = 116;
    /** Not an address of this machine. */
    public static final int EADDRNOTAVAIL = 99;

    private Errno() {}
}
