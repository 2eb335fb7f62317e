package io.kubetun.plugin.tun;

import io.kubetun.spi.host.PacketDevice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A device whose other side is this test. */
final class MemoryDevice implements PacketDevice {
    final List<MemorySegment> written = new ArrayList<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public int read(MemorySegment packet) {
        return -1;
    }

    @Override
    public synchronized boolean write(MemorySegment packet, int length) {
        written.add(MemorySegment.ofArray(Packets.bytes(packet, length)));
        notifyAll();
        return true;
    }

    synchronized int count() {
        return written.size();
    }

    /** Waits for a packet behind the first ones. */
    synchronized MemorySegment await(int first) throws InterruptedException {
        while (written.size() <= first) {
            wait();
        }
        return written.get(first);
    }

    @Override
    public void close() {
        written.clear();
    }
}
