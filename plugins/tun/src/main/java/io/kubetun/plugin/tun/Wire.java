package io.kubetun.plugin.tun;

import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers as they stand in packets: big-endian, at any place. Addresses are two longs; those of IPv4 are the
 * IPv4-mapped ones of IPv6 (RFC 4291, 2.5.5.2).
 */
final class Wire {
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int ICMP6 = 58;

    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int ACK = 16;

    static final int HEADER4 = 20;
    static final int HEADER6 = 40;
    static final int TCP_HEADER = 20;

    private static final long MAPPED = 0xffffL << 32;

    private Wire() {}

    static long mapped(int v4) {
        return MAPPED | Integer.toUnsignedLong(v4);
    }

    static long high(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? 0 : ByteBuffer.wrap(bytes).getLong();
    }

    static long low(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? mapped(ByteBuffer.wrap(bytes).getInt())
                : ByteBuffer.wrap(bytes).getLong(8);
    }

    static InetAddress address(long high, long low) {
        boolean v4 = high == 0 && (low & ~0xffffffffL) == MAPPED;
        byte[] bytes = v4
                ? ByteBuffer.allocate(4).putInt((int) low).array()
                : ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
