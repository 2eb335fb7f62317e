package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Socket calls and constants of Linux, the same on x86-64 and aarch64 (asm-generic). */
final class LinuxCalls {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_SOCK_DIAG = 4;

    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;

    static final int MSG_DONTWAIT = 0x40;

    static final int EFD_CLOEXEC = 0x80000;
    static final long MS_BIND = 0x1000;
    static final int MNT_DETACH = 2;
    static final int SIGHUP = 1;
    static final long SYS_PIDFD_OPEN = 434;

    static {
        Native.register(LinuxCalls.class, NativeLibrary.getProcess());
    }

    private LinuxCalls() {}

    static native int accept4(int descriptor, long address, long length, int flags);

    static native int eventfd(int initial, int flags);

    /** Variadic in C; with integers alone the convention of calls is the same. */
    static native int ioctl(int descriptor, long request, long argument);

    static native int mount(String source, String target, String type, long flags, String data);

    static native int umount2(String target, int flags);

    static native int kill(int process, int signal);

    /** Variadic in C, as {@link #ioctl}: for calls that the C library has no name for everywhere. */
    static native long syscall(long number, long first, long second);
}
