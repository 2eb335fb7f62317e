package io.kubetun.plugin.tun;

import java.lang.foreign.MemorySegment;

/** The Internet checksum (RFC 1071), and how it changes with the bytes that it covers (RFC 1624). */
final class Checksum {
    /** A multiple of 0xffff, which is nothing in this arithmetic, and more than any sum of addresses and ports. */
    private static final long NOTHING = 0xffffL << 16;

    private Checksum() {}

    /** The sum of the 16-bit words of a range, to be folded; an odd byte at the end counts as the upper half of one. */
    static long sum(MemorySegment memory, long offset, long length) {
        long sum = 0;
        long at = offset;
        long end = offset + length;
        for (; at + 8 <= end; at += 8) {
            long words = memory.get(Wire.LONG, at);
            sum += (words >>> 32) + (words & 0xffff_ffffL);
        }
        if (at + 4 <= end) {
            sum += Integer.toUnsignedLong(memory.get(Wire.INT, at));
            at += 4;
        }
        if (at + 2 <= end) {
            sum += Short.toUnsignedLong(memory.get(Wire.SHORT, at));
            at += 2;
        }
        return at < end ? sum + ((memory.get(Wire.BYTE, at) & 0xffL) << 8) : sum;
    }

    /** The sum of the words of an address, or of one half of one. */
    static long sum(long words) {
        return (words >>> 48) + ((words >>> 32) & 0xffff) + ((words >>> 16) & 0xffff) + (words & 0xffff);
    }

    static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** A checksum after words with the sum {@code before} have become words with the sum {@code after}. */
    static short changed(short checksum, long before, long after) {
        return (short) ~fold((~checksum & 0xffffL) + NOTHING - before + after);
    }
}
