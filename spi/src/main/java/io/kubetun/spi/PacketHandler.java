package io.kubetun.spi;

import java.lang.foreign.MemorySegment;

/** Takes the packets of one device, one at a time, on the bus's thread: it must not block, and best not allocate. */
@FunctionalInterface
public interface PacketHandler {
    /**
     * Takes a packet.
     *
     * @param packet native memory that begins with the packet; the handler may change it, and must not keep it
     * @param length the packet's length in bytes, 0 or more
     */
    void handle(MemorySegment packet, int length);
}
