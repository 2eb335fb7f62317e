package io.kubetun.plugin.tun;

import io.kubetun.spi.host.PacketDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The way of packets to the programs of this machine.
 *
 * @param device takes them
 * @param counts where those are counted that it did not take
 */
record Outlet(PacketDevice device, Counts counts) {
    void write(MemorySegment packet, int length) {
        if (!device.write(packet, length)) {
            counts.add(Count.UNSENT);
        }
    }

    /** Tells who sent a packet that it cannot be. */
    void refuse(PacketView packet, Refusal refusal) {
        try (Arena arena = Arena.ofConfined()) {
            Answers.Answer answer = Answers.to(packet, refusal, arena);
            write(answer.packet(), answer.length());
        }
    }

    void refuse(MemorySegment packet, Refusal refusal) {
        refuse(PacketView.of(packet), refusal);
    }
}
