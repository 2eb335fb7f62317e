package io.kubetun.plugin.tun;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the headers of a packet say. One view is used for all packets of a device, so that none costs memory; for one
 * thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc791">RFC 791</a>, 8200 (IPv6), 9293 (TCP), 768 (UDP), 792, 4443 (ICMP)
 */
final class PacketView {
    /** What a packet is. */
    enum Kind {
        TCP,
        UDP,
        ECHO,
        EMPTY,
        MALFORMED,
        FRAGMENT,
        OPTIONS,
        OTHER
    }

    private static final int MORE_OR_OFFSET = 0x3fff;
    static final int UDP_HEADER = 8;
    static final int ICMP_HEADER = 8;
    private static final int ECHO_REQUEST = 8;
    private static final int ECHO_REQUEST6 = 128;

    /** Next headers of IPv6 that are options: hop-by-hop, routing, authentication, destination, mobility. */
    private static final long OPTIONS6 = 1L | (1L << 43) | (1L << 51) | (1L << 60);

    private static final int MOBILITY = 135;
    private static final int FRAGMENT6 = 44;

    MemorySegment memory = MemorySegment.NULL;
    boolean v6;
    int length;
    int transport;
    int protocol;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    int flags;
    int payload;

    /** Reads the headers; the fields hold what they say if it is TCP, UDP or an echo request. */
    Kind read(MemorySegment packet, int bytes) {
        memory = packet;
        if (bytes == 0) {
            return Kind.EMPTY;
        }
        return switch ((packet.get(Wire.BYTE, 0) & 0xff) >>> 4) {
            case 4 -> read4(packet, bytes);
            case 6 -> read6(packet, bytes);
            default -> Kind.MALFORMED;
        };
    }

    private Kind read4(MemorySegment packet, int bytes) {
        if (bytes < Wire.HEADER4) {
            return Kind.MALFORMED;
        }
        int header = (packet.get(Wire.BYTE, 0) & 15) * 4;
        length = packet.get(Wire.SHORT, 2) & 0xffff;
        if (header < Wire.HEADER4 || length < header || length > bytes) {
            return Kind.MALFORMED;
        }
        if (Checksum.fold(Checksum.sum(packet, 0, header)) != 0xffff) {
            return Kind.MALFORMED;
        }
        if (header > Wire.HEADER4) {
            return Kind.OPTIONS;
        }
        if ((packet.get(Wire.SHORT, 6) & MORE_OR_OFFSET) != 0) {
            return Kind.FRAGMENT;
        }
        v6 = false;
        transport = Wire.HEADER4;
        sourceHigh = 0;
        sourceLow = Wire.mapped(packet.get(Wire.INT, 12));
        destinationHigh = 0;
        destinationLow = Wire.mapped(packet.get(Wire.INT, 16));
        return read(packet, packet.get(Wire.BYTE, 9) & 0xff, Wire.ICMP, ECHO_REQUEST);
    }

    private Kind read6(MemorySegment packet, int bytes) {
        if (bytes < Wire.HEADER6) {
            return Kind.MALFORMED;
        }
        length = Wire.HEADER6 + (packet.get(Wire.SHORT, 4) & 0xffff);
        if (length > bytes) {
            return Kind.MALFORMED;
        }
        int next = packet.get(Wire.BYTE, 6) & 0xff;
        if (next == FRAGMENT6) {
            return Kind.FRAGMENT;
        }
        if (next == MOBILITY || (next < 64 && ((OPTIONS6 >>> next) & 1) != 0)) {
            return Kind.OPTIONS;
        }
        v6 = true;
        transport = Wire.HEADER6;
        sourceHigh = packet.get(Wire.LONG, 8);
        sourceLow = packet.get(Wire.LONG, 16);
        destinationHigh = packet.get(Wire.LONG, 24);
        destinationLow = packet.get(Wire.LONG, 32);
        return read(packet, next, Wire.ICMP6, ECHO_REQUEST6);
    }

    private Kind read(MemorySegment packet, int next, int icmp, int echo) {
        int rest = length - transport;
        protocol = next;
        if (protocol == Wire.TCP) {
            return readTcp(packet, rest);
        }
        if (protocol == Wire.UDP) {
            return readUdp(packet, rest);
        }
        if (protocol == icmp) {
            if (rest < ICMP_HEADER) {
                return Kind.MALFORMED;
            }
            payload = rest - ICMP_HEADER;
            return (packet.get(Wire.BYTE, transport) & 0xff) == echo ? Kind.ECHO : Kind.OTHER;
        }
        return Kind.OTHER;
    }

    private Kind readTcp(MemorySegment packet, int rest) {
        if (rest < Wire.TCP_HEADER) {
            return Kind.MALFORMED;
        }
        int header = (packet.get(Wire.BYTE, transport + 12) & 0xf0) >>> 2;
        if (header < Wire.TCP_HEADER || header > rest) {
            return Kind.MALFORMED;
        }
        readPorts(packet);
        flags = packet.get(Wire.BYTE, transport + 13) & 0xff;
        payload = rest - header;
        return sourcePort == 0 || destinationPort == 0 ? Kind.MALFORMED : Kind.TCP;
    }

    private Kind readUdp(MemorySegment packet, int rest) {
        if (rest < UDP_HEADER) {
            return Kind.MALFORMED;
        }
        int said = packet.get(Wire.SHORT, transport + 4) & 0xffff;
        if (said < UDP_HEADER || said > rest) {
            return Kind.MALFORMED;
        }
        readPorts(packet);
        payload = said - UDP_HEADER;
        return sourcePort == 0 || destinationPort == 0 ? Kind.MALFORMED : Kind.UDP;
    }

    private void readPorts(MemorySegment packet) {
        sourcePort = packet.get(Wire.SHORT, transport) & 0xffff;
        destinationPort = packet.get(Wire.SHORT, transport + 2) & 0xffff;
    }

    /** A view of one packet that has been read before. */
    static PacketView of(MemorySegment packet) {
        PacketView view = new PacketView();
        view.read(packet, (int) packet.byteSize());
        return view;
    }

    /** A copy in memory of its own, which the collector gives back: for the few that are kept. */
    MemorySegment copy() {
        MemorySegment copy = Arena.ofAuto().allocate(length, Long.BYTES);
        MemorySegment.copy(memory, 0, copy, 0, length);
        return copy;
    }

    /** Says whether the checksum of TCP, UDP or ICMP is right, which costs a look at every byte. */
    boolean hasRightSum() {
        if (protocol == Wire.ICMP) {
            return Checksum.fold(Checksum.sum(memory, transport, length - transport)) == 0xffff;
        }
        if (protocol == Wire.UDP && !v6 && memory.get(Wire.SHORT, transport + 6) == 0) {
            return true;
        }
        long pseudo = Checksum.sum(sourceHigh) + Checksum.sum(sourceLow) + Checksum.sum(destinationHigh);
        pseudo += Checksum.sum(destinationLow) + protocol + length - transport;
        return Checksum.fold(pseudo + Checksum.sum(memory, transport, length - transport)) == 0xffff;
    }

    /** Changes addresses and ports, and both checksums by the difference: a wrong one stays wrong. */
    void rewrite(long fromHigh, long fromLow, long toHigh, long toLow, int fromPort, int toPort) {
        long before = Checksum.sum(sourceHigh) + Checksum.sum(sourceLow);
        before += Checksum.sum(destinationHigh) + Checksum.sum(destinationLow);
        long after = Checksum.sum(fromHigh) + Checksum.sum(fromLow) + Checksum.sum(toHigh) + Checksum.sum(toLow);
        if (v6) {
            memory.set(Wire.LONG, 8, fromHigh);
            memory.set(Wire.LONG, 16, fromLow);
            memory.set(Wire.LONG, 24, toHigh);
            memory.set(Wire.LONG, 32, toLow);
        } else {
            memory.set(Wire.INT, 12, (int) fromLow);
            memory.set(Wire.INT, 16, (int) toLow);
            memory.set(Wire.SHORT, 10, Checksum.changed(memory.get(Wire.SHORT, 10), before, after));
        }
        memory.set(Wire.SHORT, transport, (short) fromPort);
        memory.set(Wire.SHORT, transport + 2, (short) toPort);
        before += sourcePort + destinationPort;
        after += fromPort + toPort;
        memory.set(Wire.SHORT, transport + 16, Checksum.changed(memory.get(Wire.SHORT, transport + 16), before, after));
    }
}
