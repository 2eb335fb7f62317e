package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Socket calls and constants of Linux, the same on x86-64 and aarch64 (asm-generic). */
final class LinuxCalls {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_SOCK_DIAG = 4;

    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_PEERCRED = 17;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;
    static final int SCM_RIGHTS = 1;

    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int SHUT_WR = 1;
    static final int SHUT_RDWR = 2;

    static final int POLLIN = 1;
    static final int POLLOUT = 4;
    static final int EFD_CLOEXEC = 0x80000;
    static final long MS_BIND = 0x1000;
    static final int MNT_DETACH = 2;
    static final int SIGHUP = 1;
    static final long SYS_PIDFD_OPEN = 434;

    static {
        Native.register(LinuxCalls.class, NativeLibrary.getProcess());
    }

    private LinuxCalls() {}

    static native int socket(int domain, int type, int protocol);

    static native int bind(int descriptor, long address, int length);

    static native int listen(int descriptor, int backlog);

    static native int accept4(int descriptor, long address, long length, int flags);

    static native int connect(int descriptor, long address, int length);

    static native int shutdown(int descriptor, int how);

    static native int setsockopt(int descriptor, int level, int option, long value, int length);

    static native int getsockopt(int descriptor, int level, int option, long value, long length);

    static native long send(int descriptor, long bytes, long length, int flags);

    static native long recv(int descriptor, long bytes, long length, int flags);

    static native long sendmsg(int descriptor, long message, int flags);

    static native long recvmsg(int descriptor, long message, int flags);

    static native int poll(long descriptors, long count, int timeoutMillis);

    static native int eventfd(int initial, int flags);

    static native long write(int descriptor, long bytes, long length);

    static native long read(int descriptor, long bytes, long length);

    /** Variadic in C; with integers alone the convention of calls is the same. */
    static native int ioctl(int descriptor, long request, long argument);

    static native int if_nametoindex(String name);

    static native int mount(String source, String target, String type, long flags, String data);

    static native int umount2(String target, int flags);

    static native int kill(int process, int signal);

    /** Variadic in C, as {@link #ioctl}: for calls that the C library has no name for everywhere. */
    static native long syscall(long number, long first, long second);
}
