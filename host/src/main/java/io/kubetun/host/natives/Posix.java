package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** Calls that Linux and macOS share. */
final class Posix {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = Platform.isMac() ? 4 : 0x800;
    static final int O_CLOEXEC = Platform.isMac() ? 0x1000000 : 0x80000;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;

    static {
        Native.register(Posix.class, NativeLibrary.getProcess());
    }

    private Posix() {}

    static native int geteuid();

    static native int open(String path, int flags);

    static native int close(int descriptor);

    static native int flock(int descriptor, int operation);

    static native String strerror(int errno);
}
