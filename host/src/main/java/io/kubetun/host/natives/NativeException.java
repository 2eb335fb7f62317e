package io.kubetun.host.natives;

import com.sun.jna.Native;
import java.io.IOException;

/** A call of the operating system failed. */
public final class NativeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    NativeException(String call, int errno) {
        super(call + ": " + Posix.strerror(errno));
        this.errno = errno;
    }

    /** Of the call that this thread has just made. */
    static NativeException last(String call) {
        return new NativeException(call, Native.getLastError());
    }

    /**
     * Returns the error's number, such as {@link Errno#EADDRINUSE}.
     *
     * @return errno
     */
    public int errno() {
        return errno;
    }
}
