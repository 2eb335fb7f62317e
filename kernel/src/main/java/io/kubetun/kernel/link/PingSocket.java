package io.kubetun.kernel.link;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The one system call for ICMP that neither Java nor Netty has: socket(2). Netty does all else with its descriptor. */
final class PingSocket {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int DATAGRAM_NONBLOCKING_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;

    private PingSocket() {}

    /** A descriptor, or less than 0 if that is not allowed. */
    @SuppressWarnings("restricted")
    static int open(boolean ipv6) {
        Linker linker = Linker.nativeLinker();
        MethodHandle socket = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("socket"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            return (int) socket.invokeExact(
                    ipv6 ? AF_INET6 : AF_INET, DATAGRAM_NONBLOCKING_CLOEXEC, ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
        } catch (Throwable e) {
            throw new IllegalStateException("socket(2) cannot be called", e);
        }
    }
}
