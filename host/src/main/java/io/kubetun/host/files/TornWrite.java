package io.kubetun.host.files;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A write in place that may not have come to its end: the content before and the one intended, as kept on disk while it
 * goes on.
 */
public final class TornWrite {
    private static final int MAGIC = 0x6b74_7031;
    private static final int HEADER = 3 * Integer.BYTES;

    private final byte[] before;
    private final byte[] after;

    /**
     * Describes a write.
     *
     * @param before the content before
     * @param after the content intended
     */
    public TornWrite(byte[] before, byte[] after) {
        this.before = before;
        this.after = after;
    }

    /** Returns the content before. */
    byte[] before() {
        return before;
    }

    /**
     * Writes it down.
     *
     * @return magic, both lengths, both contents and a checksum over all that
     */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER + before.length + after.length + Long.BYTES);
        out.putInt(MAGIC).putInt(before.length).putInt(after.length).put(before).put(after);
        return out.putLong(checksum(out.array(), out.position())).array();
    }

    /** Reads what {@link #encode} wrote; empty if it is anything else. */
    static Optional<TornWrite> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER + Long.BYTES || in.getInt() != MAGIC) {
            return Optional.empty();
        }
        int before = in.getInt();
        int after = in.getInt();
        int sum = bytes.length - Long.BYTES;
        if (before < 0
                || after < 0
                || (long) HEADER + before + after != sum
                || in.getLong(sum) != checksum(bytes, sum)) {
            return Optional.empty();
        }
        return Optional.of(new TornWrite(
                Arrays.copyOfRange(bytes, HEADER, HEADER + before), Arrays.copyOfRange(bytes, HEADER + before, sum)));
    }

    /**
     * Says whether a content is this write half done: each byte is an old one, a new one or one that never reached the
     * disk. Anything else was written by somebody else since.
     */
    boolean explains(byte[] now) {
        if (Arrays.equals(now, before) || Arrays.equals(now, after)) {
            return false;
        }
        if (now.length > Math.max(before.length, after.length) || now.length < Math.min(before.length, after.length)) {
            return false;
        }
        for (int i = 0; i < now.length; i++) {
            boolean old = i < before.length && now[i] == before[i];
            boolean fresh = i < after.length && now[i] == after[i];
            if (!old && !fresh && now[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        return sum.getValue();
    }
}
