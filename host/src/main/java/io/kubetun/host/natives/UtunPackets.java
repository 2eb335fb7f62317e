package io.kubetun.host.natives;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The packets of a utun device of macOS: one readv(2) or writev(2) each. Before each packet are four bytes with its address
 * family in network order (net/if_utun.h); they have a memory of their own, so that a packet begins with its IP header.
 */
public final class UtunPackets extends DescriptorPackets {
    static final int HEADER = Integer.BYTES;
    /** As macOS numbers them. */
    static final int AF_INET = 2;

    static final int AF_INET6 = 30;

    private static final int IOVEC = 16;
    private static final ValueLayout.OfInt FAMILY = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment incoming = pieces();
    private final MemorySegment outgoing = pieces();

    /**
     * Takes a device over.
     *
     * @param name its name
     * @param descriptor its descriptor, non-blocking, owned by this from now on
     * @throws IOException if there are no more file descriptors
     */
    public UtunPackets(String name, int descriptor) throws IOException {
        super(name, descriptor);
    }

    /** Two {@code struct iovec}, of which the first is the family behind them. */
    private static MemorySegment pieces() {
        MemorySegment memory = Arena.ofAuto().allocate(2 * IOVEC + HEADER, Long.BYTES);
        memory.set(ValueLayout.JAVA_LONG, 0, memory.address() + 2 * IOVEC);
        memory.set(ValueLayout.JAVA_LONG, Long.BYTES, HEADER);
        return memory;
    }

    private static long around(MemorySegment pieces, MemorySegment packet, long length) {
        pieces.set(ValueLayout.JAVA_LONG, IOVEC, packet.address());
        pieces.set(ValueLayout.JAVA_LONG, IOVEC + Long.BYTES, length);
        return pieces.address();
    }

    /** A packet has its four bytes at least: nothing at all is the end of the control socket. */
    @Override
    long receive(int from, MemorySegment packet) {
        long length = Posix.readv(from, around(incoming, packet, packet.byteSize()), 2);
        return length == 0 ? GONE : length < 0 ? length : Math.max(0, length - HEADER);
    }

    @Override
    boolean send(int to, MemorySegment packet, int length) {
        int family = length == 0 ? 0 : family(packet.get(ValueLayout.JAVA_BYTE, 0) >> 4);
        if (family == 0) {
            return false;
        }
        outgoing.set(FAMILY, 2 * IOVEC, family);
        return Posix.writev(to, around(outgoing, packet, length), 2) == HEADER + length;
    }

    private static int family(int version) {
        return switch (version) {
            case 4 -> AF_INET;
            case 6 -> AF_INET6;
            default -> 0;
        };
    }
}
