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
    static final int AF_UNIX = 1;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SCM_RIGHTS = 1;
    static final int SHUT_WR = 1;
    static final int SHUT_RDWR = 2;
    static final int POLLIN = 1;
    static final int POLLOUT = 4;
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

    static native int socket(int domain, int type, int protocol);

    static native int bind(int descriptor, long address, int length);

    static native int listen(int descriptor, int backlog);

    static native int accept(int descriptor, long address, long length);

    static native int connect(int descriptor, long address, int length);

    static native int shutdown(int descriptor, int how);

    static native int setsockopt(int descriptor, int level, int option, long value, int length);

    static native int getsockopt(int descriptor, int level, int option, long value, long length);

    static native long send(int descriptor, long bytes, long length, int flags);

    static native long recv(int descriptor, long bytes, long length, int flags);

    static native long sendmsg(int descriptor, long message, int flags);

    static native long recvmsg(int descriptor, long message, int flags);

    /** The count is an int on macOS, whose callee reads the lower half of the register. */
    static native int poll(long descriptors, long count, int timeoutMillis);

    static native int pipe(long descriptors);

    static native long write(int descriptor, long bytes, long length);

    static native long read(int descriptor, long bytes, long length);

    static native long writev(int descriptor, long pieces, int count);

    static native long readv(int descriptor, long pieces, int count);

    static native int if_nametoindex(String name);
}
