package io.kubetun.plugin.tun;

import io.netty.buffer.ByteBuf;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Makes the packets that this end itself sends to a program: resets, ICMP errors, datagrams and echoes. Stateless. */
final class Answers {
    private static final int UNREACHABLE = 3;
    private static final int UNREACHABLE6 = 1;
    private static final int ICMP_HEADER = PacketView.ICMP_HEADER;
    private static final int ECHO_REPLY = 0;
    private static final int ECHO_REPLY6 = 129;
    private static final int HOPS = 64;

    /** Of the packet that is refused, an ICMP error has at most this: headers, and room for some options. */
    private static final int QUOTED = 128;

    /** A packet, in an arena of the caller. */
    record Answer(MemorySegment packet, int length) {}

    private Answers() {}

    static Answer to(PacketView packet, Refusal refusal, Arena arena) {
        return refusal == Refusal.RESET ? reset(packet, arena) : unreachable(packet, refusal, arena);
    }

    /** RFC 9293, 3.5.2: a reset is believed if it acknowledges the SYN, or has the number that is expected next. */
    private static Answer reset(PacketView packet, Arena arena) {
        int length = packet.transport + Wire.TCP_HEADER;
        MemorySegment answer = arena.allocate(length, Long.BYTES);
        header(packet, answer, length, Wire.TCP);
        int at = packet.transport;
        answer.set(Wire.SHORT, at, (short) packet.destinationPort);
        answer.set(Wire.SHORT, at + 2, (short) packet.sourcePort);
        if ((packet.flags & Wire.ACK) != 0) {
            answer.set(Wire.INT, at + 4, packet.memory.get(Wire.INT, at + 8));
            answer.set(Wire.BYTE, at + 13, (byte) Wire.RST);
        } else {
            int taken = packet.payload + ((packet.flags & Wire.SYN) != 0 ? 1 : 0);
            answer.set(Wire.INT, at + 8, packet.memory.get(Wire.INT, at + 4) + taken);
            answer.set(Wire.BYTE, at + 13, (byte) (Wire.RST | Wire.ACK));
        }
        answer.set(Wire.BYTE, at + 12, (byte) ((Wire.TCP_HEADER / 4) << 4));
        long sum = pseudo(packet, Wire.TCP, Wire.TCP_HEADER) + Checksum.sum(answer, at, Wire.TCP_HEADER);
        answer.set(Wire.SHORT, at + 16, (short) ~Checksum.fold(sum));
        return new Answer(answer, length);
    }

    private static Answer unreachable(PacketView packet, Refusal refusal, Arena arena) {
        int quoted = Math.min(packet.length, QUOTED);
        int rest = ICMP_HEADER + quoted;
        int length = packet.transport + rest;
        MemorySegment answer = arena.allocate(length, Long.BYTES);
        header(packet, answer, length, packet.v6 ? Wire.ICMP6 : Wire.ICMP);
        int at = packet.transport;
        answer.set(Wire.BYTE, at, (byte) (packet.v6 ? UNREACHABLE6 : UNREACHABLE));
        answer.set(Wire.BYTE, at + 1, (byte) refusal.code(packet.v6));
        MemorySegment.copy(packet.memory, 0, answer, at + ICMP_HEADER, quoted);
        long sum = Checksum.sum(answer, at, rest) + (packet.v6 ? pseudo(packet, Wire.ICMP6, rest) : 0);
        answer.set(Wire.SHORT, at + 2, (short) ~Checksum.fold(sum));
        return new Answer(answer, length);
    }

    /** A datagram that comes back from where the packet was meant for, made in memory for the largest packet. */
    static Answer datagram(PacketView packet, ByteBuf data, MemorySegment answer) {
        int rest = PacketView.UDP_HEADER + data.readableBytes();
        int length = packet.transport + rest;
        answer.asSlice(0, packet.transport + PacketView.UDP_HEADER).fill((byte) 0);
        header(packet, answer, length, Wire.UDP);
        int at = packet.transport;
        answer.set(Wire.SHORT, at, (short) packet.destinationPort);
        answer.set(Wire.SHORT, at + 2, (short) packet.sourcePort);
        answer.set(Wire.SHORT, at + 4, (short) rest);
        data.readBytes(
                answer.asSlice(at + PacketView.UDP_HEADER, data.readableBytes()).asByteBuffer());
        int sum = ~Checksum.fold(pseudo(packet, Wire.UDP, rest) + Checksum.sum(answer, at, rest)) & 0xffff;
        // RFC 768: zero would say that there is none.
        answer.set(Wire.SHORT, at + 6, (short) (sum == 0 ? 0xffff : sum));
        return new Answer(answer, length);
    }

    /** Turns an echo request, where it lies, into its reply. */
    static MemorySegment echo(PacketView request) {
        MemorySegment packet = request.memory;
        int at = request.transport;
        short before = packet.get(Wire.SHORT, at);
        packet.set(Wire.BYTE, at, (byte) (request.v6 ? ECHO_REPLY6 : ECHO_REPLY));
        short after = packet.get(Wire.SHORT, at);
        packet.set(
                Wire.SHORT, at + 2, Checksum.changed(packet.get(Wire.SHORT, at + 2), before & 0xffff, after & 0xffff));
        // Both addresses are in the sum of the header and in that of ICMPv6, in whatever order.
        if (request.v6) {
            packet.set(Wire.LONG, 8, request.destinationHigh);
            packet.set(Wire.LONG, 16, request.destinationLow);
            packet.set(Wire.LONG, 24, request.sourceHigh);
            packet.set(Wire.LONG, 32, request.sourceLow);
        } else {
            packet.set(Wire.INT, 12, (int) request.destinationLow);
            packet.set(Wire.INT, 16, (int) request.sourceLow);
        }
        return packet;
    }

    /** The IP header of an answer: from whom the packet was meant for, to who sent it. */
    private static void header(PacketView packet, MemorySegment answer, int length, int protocol) {
        if (packet.v6) {
            answer.set(Wire.INT, 0, 6 << 28);
            answer.set(Wire.SHORT, 4, (short) (length - Wire.HEADER6));
            answer.set(Wire.BYTE, 6, (byte) protocol);
            answer.set(Wire.BYTE, 7, (byte) HOPS);
            answer.set(Wire.LONG, 8, packet.destinationHigh);
            answer.set(Wire.LONG, 16, packet.destinationLow);
            answer.set(Wire.LONG, 24, packet.sourceHigh);
            answer.set(Wire.LONG, 32, packet.sourceLow);
            return;
        }
        answer.set(Wire.SHORT, 0, (short) ((4 << 12) | ((Wire.HEADER4 / 4) << 8)));
        answer.set(Wire.SHORT, 2, (short) length);
        answer.set(Wire.BYTE, 8, (byte) HOPS);
        answer.set(Wire.BYTE, 9, (byte) protocol);
        answer.set(Wire.INT, 12, (int) packet.destinationLow);
        answer.set(Wire.INT, 16, (int) packet.sourceLow);
        answer.set(Wire.SHORT, 10, (short) ~Checksum.fold(Checksum.sum(answer, 0, Wire.HEADER4)));
    }

    private static long pseudo(PacketView packet, int protocol, int length) {
        return Checksum.sum(packet.sourceHigh)
                + Checksum.sum(packet.sourceLow)
                + Checksum.sum(packet.destinationHigh)
                + Checksum.sum(packet.destinationLow)
                + protocol
                + length;
    }
}
