package io.kubetun.host.natives;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** Calls and constants of macOS, from the headers of xnu: sys/socket.h, sys/sys_domain.h, sys/kern_control.h, net/if_utun.h. */
final class MacCalls {
    static final int PF_ROUTE = 17;
    static final int SOCK_RAW = 3;

    static final int AF_SYSTEM = 32;
    static final int AF_SYS_CONTROL = 2;
    static final int SYSPROTO_CONTROL = 2;
    static final int UTUN_OPT_IFNAME = 2;

    /** {@code _IOWR('N', 3, struct ctl_info)}. */
    static final long CTLIOCGINFO = 0xC0644E03L;
    /** {@code _IOW('f', 126, int)}. */
    static final long FIONBIO = 0x8004667EL;
    /** {@code _IO('f', 1)}. */
    static final long FIOCLEX = 0x20006601L;

    private MacCalls() {}

    static int ioctl(int descriptor, long request, long argument) {
        return Variadic.C.ioctl(descriptor, request, new Pointer(argument));
    }

    /** On Apple's processors variable arguments are passed on the stack, where a direct mapping does not put them. */
    interface Variadic extends Library {
        /** The C library. */
        Variadic C = Native.load(Variadic.class);

        /** See ioctl(2). */
        int ioctl(int descriptor, long request, Object... argument);
    }
}
