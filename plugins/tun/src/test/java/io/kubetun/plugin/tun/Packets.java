package io.kubetun.plugin.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.Arrays;

/** Builds packets byte by byte, with right checksums, in native memory of the largest size. */
final class Packets {
    static final int SIZE = 65_536;

    private Packets() {}

    static MemorySegment memory() {
        return Arena.ofAuto().allocate(SIZE, 4096);
    }

    /** TCP with a payload of zeros; returns the packet cut to its length. */
    static MemorySegment tcp(String from, int fromPort, String to, int toPort, int flags, int payload) {
        byte[] source = InetAddress.ofLiteral(from).getAddress();
        byte[] destination = InetAddress.ofLiteral(to).getAddress();
        boolean v6 = source.length == 16;
        int header = v6 ? 40 : 20;
        int length = header + 20 + payload;
        MemorySegment packet = Arena.ofAuto().allocate(length, 8);
        if (v6) {
            packet.set(Wire.INT, 0, 6 << 28);
            packet.set(Wire.SHORT, 4, (short) (length - 40));
            packet.set(Wire.BYTE, 6, (byte) 6);
        } else {
            packet.set(Wire.SHORT, 0, (short) 0x4500);
            packet.set(Wire.SHORT, 2, (short) length);
            packet.set(Wire.BYTE, 9, (byte) 6);
        }
        packet.asSlice(v6 ? 8 : 12, source.length).copyFrom(MemorySegment.ofArray(source));
        packet.asSlice(v6 ? 24 : 16, source.length).copyFrom(MemorySegment.ofArray(destination));
        packet.set(Wire.SHORT, header, (short) fromPort);
        packet.set(Wire.SHORT, header + 2, (short) toPort);
        packet.set(Wire.INT, header + 4, 1000);
        packet.set(Wire.INT, header + 8, 2000);
        packet.set(Wire.BYTE, header + 12, (byte) 0x50);
        packet.set(Wire.BYTE, header + 13, (byte) flags);
        for (int i = 0; i < payload; i++) {
            packet.set(Wire.BYTE, header + 20 + i, (byte) i);
        }
        if (!v6) {
            packet.set(Wire.SHORT, 10, (short) ~slowSum(packet, 0, 20, 0));
        }
        long pseudo = 6 + length - header + words(source) + words(destination);
        packet.set(Wire.SHORT, header + 16, (short) ~slowSum(packet, header, length - header, pseudo));
        return packet;
    }

    static MemorySegment udp(String from, int fromPort, String to, int toPort, byte[] data) {
        MemorySegment packet = header(from, to, 17, 8 + data.length);
        int at = (int) packet.byteSize() - 8 - data.length;
        packet.set(Wire.SHORT, at, (short) fromPort);
        packet.set(Wire.SHORT, at + 2, (short) toPort);
        packet.set(Wire.SHORT, at + 4, (short) (8 + data.length));
        packet.asSlice(at + 8).copyFrom(MemorySegment.ofArray(data));
        packet.set(Wire.SHORT, at + 6, (short) ~slowSum(packet, at, 8 + data.length, pseudo(from, to, 17, packet, at)));
        return packet;
    }

    /** An echo request or reply with a payload of zeros. */
    static MemorySegment echo(String from, String to, boolean request, int payload) {
        boolean v6 = from.contains(":");
        MemorySegment packet = header(from, to, v6 ? 58 : 1, 8 + payload);
        int at = v6 ? 40 : 20;
        packet.set(Wire.BYTE, at, (byte) (v6 ? (request ? 128 : 129) : (request ? 8 : 0)));
        packet.set(Wire.SHORT, at + 4, (short) 77);
        packet.set(Wire.SHORT, at + 6, (short) 1);
        long start = v6 ? pseudo(from, to, 58, packet, at) : 0;
        packet.set(Wire.SHORT, at + 2, (short) ~slowSum(packet, at, 8 + payload, start));
        return packet;
    }

    private static long pseudo(String from, String to, int protocol, MemorySegment packet, int at) {
        return protocol
                + packet.byteSize()
                - at
                + words(InetAddress.ofLiteral(from).getAddress())
                + words(InetAddress.ofLiteral(to).getAddress());
    }

    private static MemorySegment header(String from, String to, int protocol, int rest) {
        byte[] source = InetAddress.ofLiteral(from).getAddress();
        byte[] destination = InetAddress.ofLiteral(to).getAddress();
        boolean v6 = source.length == 16;
        int header = v6 ? 40 : 20;
        MemorySegment packet = Arena.ofAuto().allocate(header + rest, 8);
        packet.set(Wire.BYTE, v6 ? 7 : 8, (byte) 64);
        if (v6) {
            packet.set(Wire.BYTE, 0, (byte) 0x60);
            packet.set(Wire.SHORT, 4, (short) rest);
            packet.set(Wire.BYTE, 6, (byte) protocol);
        } else {
            packet.set(Wire.SHORT, 0, (short) 0x4500);
            packet.set(Wire.SHORT, 2, (short) (header + rest));
            packet.set(Wire.BYTE, 9, (byte) protocol);
        }
        packet.asSlice(v6 ? 8 : 12, source.length).copyFrom(MemorySegment.ofArray(source));
        packet.asSlice(v6 ? 24 : 16, source.length).copyFrom(MemorySegment.ofArray(destination));
        if (!v6) {
            packet.set(Wire.SHORT, 10, (short) ~slowSum(packet, 0, 20, 0));
        }
        return packet;
    }

    /** Byte by byte, so that it shares nothing with what it checks. */
    static int slowSum(MemorySegment packet, int from, int length, long start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            int octet = packet.get(Wire.BYTE, from + i) & 0xff;
            sum += (i & 1) == 0 ? (long) octet << 8 : octet;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    private static long words(byte[] address) {
        long sum = 0;
        for (int i = 0; i < address.length; i += 2) {
            sum += ((address[i] & 0xff) << 8) + (address[i + 1] & 0xff);
        }
        return sum;
    }

    static byte[] bytes(MemorySegment packet, int length) {
        return Arrays.copyOf(packet.asSlice(0, length).toArray(Wire.BYTE), length);
    }
}
