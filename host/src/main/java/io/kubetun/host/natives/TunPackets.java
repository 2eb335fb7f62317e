package io.kubetun.host.natives;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The packets of a TUN device of Linux: one read(2) or write(2) each. */
public final class TunPackets extends DescriptorPackets {
    /**
     * Takes a device over.
     *
     * @param name its name
     * @param descriptor its descriptor, owned by this from now on
     * @throws IOException if there are no more file descriptors
     */
    public TunPackets(String name, int descriptor) throws IOException {
        super(name, descriptor);
    }

    @Override
    long receive(int from, MemorySegment packet) {
        return Posix.read(from, packet.address(), packet.byteSize());
    }

    @Override
    boolean send(int to, MemorySegment packet, int length) {
        return Posix.write(to, packet.address(), length) == length;
    }
}
