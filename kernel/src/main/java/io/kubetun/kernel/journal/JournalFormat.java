package io.kubetun.kernel.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal: per record the four letters KTJ1, the length of the JSON, its CRC-32C (RFC 3720, appendix
 * B.4), both big-endian in 4 bytes, and the JSON. The letters are where reading goes on after a damaged record.
 */
final class JournalFormat {
    static final int HEADER = 12;

    /** Bytes of one record; a larger effect is refused, a larger length in a file is damage. */
    static final int MAX_RECORD = 8 * 1024 * 1024;

    private static final int MAGIC = 0x4B544A31;

    private JournalFormat() {}

    static byte[] encode(JournalRecord record) {
        byte[] json = record.encode();
        return ByteBuffer.allocate(HEADER + json.length)
                .putInt(MAGIC)
                .putInt(json.length)
                .putInt(checksum(ByteBuffer.wrap(json)))
                .put(json)
                .array();
    }

    /** Reads all that is whole. */
    static Content decode(ByteBuffer file) {
        List<JournalRecord> records = new ArrayList<>();
        int damaged = 0;
        boolean torn = false;
        int at = 0;
        while (at < file.limit()) {
            int length = lengthAt(file, at);
            JournalRecord record = length < 0 ? null : recordAt(file, at, length);
            if (record != null) {
                records.add(record);
                at += HEADER + length;
                continue;
            }
            int next = nextWhole(file, at + 1);
            damaged++;
            torn = next == file.limit();
            at = next;
        }
        return new Content(records, damaged, torn);
    }

    /** Returns the length of the record that starts here, or -1 if none does. */
    private static int lengthAt(ByteBuffer file, int at) {
        if (file.limit() - at < HEADER || file.getInt(at) != MAGIC) {
            return -1;
        }
        int length = file.getInt(at + 4);
        return length < 0 || length > MAX_RECORD || length > file.limit() - at - HEADER ? -1 : length;
    }

    private static JournalRecord recordAt(ByteBuffer file, int at, int length) {
        ByteBuffer json = file.slice(at + HEADER, length);
        if (file.getInt(at + 8) != checksum(json.duplicate())) {
            return null;
        }
        try {
            return JournalRecord.decode(json);
        } catch (IllegalArgumentException damaged) {
            return null;
        }
    }

    private static int nextWhole(ByteBuffer file, int from) {
        for (int at = from; at < file.limit(); at++) {
            int length = lengthAt(file, at);
            if (length >= 0 && recordAt(file, at, length) != null) {
                return at;
            }
        }
        return file.limit();
    }

    private static int checksum(ByteBuffer json) {
        CRC32C crc = new CRC32C();
        crc.update(json);
        return (int) crc.getValue();
    }

    /**
     * What a file holds.
     *
     * @param records the whole records, in order
     * @param damaged how many places between or after them are not readable
     * @param torn whether the last of these is the end of the file: a write that a crash interrupted
     */
    record Content(List<JournalRecord> records, int damaged, boolean torn) {
        Content {
            records = List.copyOf(records);
        }
    }
}
