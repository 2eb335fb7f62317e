package io.kubetun.plugin.tun;

import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.TunSettings;
import io.netty.buffer.ByteBuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The way of packets to the programs of this machine.
 *
 * @param device takes them
 * @param counts where those are counted that it did not take
 */
record Outlet(PacketDevice device, Counts counts) {
    private static final int HEADERS = Wire.HEADER6 + PacketView.UDP_HEADER;

    /** The most data that one packet has room for, whichever its family. */
    private static final int LARGEST = TunSettings.MTU - HEADERS;

    void write(MemorySegment packet, int length) {
        if (!device.write(packet, length)) {
            counts.add(Count.UNSENT);
        }
    }

    /** Sends a datagram back to who sent a packet, if it fits into one; made in memory for the largest packet. */
    void answer(PacketView packet, ByteBuf data, MemorySegment scratch) {
        if (data.readableBytes() > LARGEST) {
            counts.add(Count.LOST);
            return;
        }
        Answers.Answer answer = Answers.datagram(packet, data, scratch);
        write(answer.packet(), answer.length());
    }

    /** The same in memory of its own, for the few that are no flow's. */
    void answer(MemorySegment packet, ByteBuf data) {
        try (Arena arena = Arena.ofConfined()) {
            answer(PacketView.of(packet), data, arena.allocate(HEADERS + data.readableBytes(), Long.BYTES));
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
