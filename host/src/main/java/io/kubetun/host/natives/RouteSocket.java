package io.kubetun.host.natives;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * The kernel's own account of links, addresses and routes as they change: rtnetlink(7).
 * Needs no privilege. For one thread, except {@link #close}.
 */
public final class RouteSocket implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final int SOCKADDR_NL = 12;
    private static final int GROUPS_OFFSET = 8;
    /** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE. */
    private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

    private final int descriptor;
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER, Long.BYTES);
    private final Wakeup wakeup = new Wakeup();

    /**
     * Opens it: what changes from now on is told.
     *
     * @throws IOException if this system does not let us
     */
    public RouteSocket() throws IOException {
        descriptor = Posix.socket(
                LinuxCalls.AF_NETLINK, LinuxCalls.SOCK_RAW | LinuxCalls.SOCK_CLOEXEC, LinuxCalls.NETLINK_ROUTE);
        if (descriptor < 0) {
            wakeup.close();
            throw NativeException.last("socket NETLINK_ROUTE");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_NL, Integer.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) LinuxCalls.AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, GROUPS_OFFSET, GROUPS);
            if (Posix.bind(descriptor, address.address(), SOCKADDR_NL) != 0) {
                NativeException failure = NativeException.last("bind NETLINK_ROUTE");
                end();
                throw failure;
            }
        }
    }

    /**
     * Waits for messages.
     *
     * @return some, in this machine's byte order; empty if there were too many to keep, and after {@link #close}
     * @throws IOException if the socket fails
     */
    public ByteBuffer receive() throws IOException {
        if (Wait.on(descriptor, Posix.POLLIN, wakeup, Duration.ofDays(1)) != Wait.READY) {
            return ByteBuffer.allocate(0);
        }
        long length = Posix.recv(descriptor, memory.address(), BUFFER, LinuxCalls.MSG_DONTWAIT);
        if (length < 0 && Native.getLastError() != Errno.ENOBUFS) {
            throw NativeException.last("recv NETLINK_ROUTE");
        }
        return memory.asSlice(0, Math.max(0, length)).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Wakes up who waits; {@link #end} then gives the descriptors back. */
    @Override
    public void close() {
        wakeup.wake();
    }

    /** Gives the descriptors back; called by the reading thread when it reads no more. */
    public void end() {
        Posix.close(descriptor);
        wakeup.close();
    }
}
