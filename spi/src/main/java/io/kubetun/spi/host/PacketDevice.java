package io.kubetun.spi.host;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A network device whose packets this process takes the part of the wire for. One thread reads; any may write, and
 * close.
 */
public interface PacketDevice extends AutoCloseable {
    /**
     * Returns the device's name, as the system has it.
     *
     * @return such as {@code kubetun0}, or {@code utun5} on macOS
     */
    String name();

    /**
     * Takes the next packet that this machine sends through the device. Blocks until there is one.
     *
     * @param packet native memory for the largest packet: an IP header and what follows
     * @return the packet's length in bytes; -1 once the device is closed
     * @throws IOException if the device has gone
     */
    int read(MemorySegment packet) throws IOException;

    /**
     * Hands a packet to this machine as if it had come by the device. Never blocks.
     *
     * @param packet native memory that begins with an IP header
     * @param length the packet's length in bytes
     * @return whether the machine took it; if not it is lost, as packets may be
     */
    boolean write(MemorySegment packet, int length);

    /** Makes {@link #read} return; the device, its addresses and its routes go. */
    @Override
    void close();
}
