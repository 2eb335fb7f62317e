package io.kubetun.host.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;

/** Opens listening TCP sockets, and bound UDP sockets, as bare file descriptors. */
public final class ListeningSocket {
    private static final int BACKLOG = 1024;

    private ListeningSocket() {}

    /**
     * Opens one: non-blocking, closed on exec, SO_REUSEADDR set, an IPv6 one for IPv6 only.
     *
     * @param address where, a resolved address
     * @return the descriptor, owned by the caller
     * @throws NativeException if the address is taken, not of this machine, or forbidden
     */
    public static int open(InetSocketAddress address) throws NativeException {
        return open(address, Posix.SOCK_STREAM);
    }

    /**
     * Opens a UDP socket: non-blocking, closed on exec, its address shared with nobody, an IPv6 one for IPv6 only.
     *
     * @param address where, a resolved address
     * @return the descriptor, owned by the caller
     * @throws NativeException if the address is taken, not of this machine, or forbidden
     */
    public static int openDatagrams(InetSocketAddress address) throws NativeException {
        return open(address, Posix.SOCK_DGRAM);
    }

    private static int open(InetSocketAddress address, int type) throws NativeException {
        boolean stream = type == Posix.SOCK_STREAM;
        boolean v6 = address.getAddress().getAddress().length == 16;
        int descriptor = Posix.socket(
                v6 ? LinuxCalls.AF_INET6 : LinuxCalls.AF_INET,
                type | LinuxCalls.SOCK_CLOEXEC | LinuxCalls.SOCK_NONBLOCK,
                0);
        if (descriptor < 0) {
            throw NativeException.last("socket");
        }
        boolean open = false;
        try (Arena arena = Arena.ofConfined()) {
            if (stream) {
                set(descriptor, LinuxCalls.SOL_SOCKET, LinuxCalls.SO_REUSEADDR, arena);
            }
            if (v6) {
                set(descriptor, LinuxCalls.IPPROTO_IPV6, LinuxCalls.IPV6_V6ONLY, arena);
            }
            MemorySegment memory = SocketAddresses.internet(address, arena);
            if (Posix.bind(descriptor, memory.address(), (int) memory.byteSize()) < 0) {
                throw NativeException.last("bind");
            }
            if (stream && Posix.listen(descriptor, BACKLOG) < 0) {
                throw NativeException.last("listen");
            }
            open = true;
            return descriptor;
        } finally {
            if (!open) {
                Posix.close(descriptor);
            }
        }
    }

    /**
     * Closes a descriptor.
     *
     * @param descriptor an open one, owned by the caller
     */
    public static void close(int descriptor) {
        Posix.close(descriptor);
    }

    private static void set(int descriptor, int level, int option, Arena arena) throws NativeException {
        MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        if (Posix.setsockopt(descriptor, level, option, one.address(), Integer.BYTES) < 0) {
            throw NativeException.last("setsockopt");
        }
    }
}
