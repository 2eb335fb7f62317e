package io.kubetun.host.helper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Cuts a stream of bytes into frames: four bytes of length, the highest first, and that many of UTF-8 JSON. */
final class Frames {
    /** A frame above this ends the connection; 10,000 Services' names take a fifth of it. */
    static final int MAX_FRAME = 8 << 20;

    private byte[] bytes = new byte[1 << 10];
    private int from;
    private int to;

    /** Puts a document into a frame. */
    static byte[] encode(String document) throws IOException {
        byte[] body = document.getBytes(UTF_8);
        if (body.length > MAX_FRAME) {
            throw new IOException("more than " + MAX_FRAME + " bytes at once");
        }
        return ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    /** Takes what was received. */
    void add(ByteBuffer received) {
        int left = to - from;
        int length = received.remaining();
        byte[] room = left + length > bytes.length ? new byte[2 * (left + length)] : bytes;
        System.arraycopy(bytes, from, room, 0, left);
        received.get(room, left, length);
        bytes = room;
        from = 0;
        to = left + length;
    }

    /** Returns the next whole document, or empty if more has to be received for it. */
    Optional<String> next() throws IOException {
        int there = to - from;
        if (there < Integer.BYTES) {
            return Optional.empty();
        }
        int length = ByteBuffer.wrap(bytes).getInt(from);
        if (length < 1 || length > MAX_FRAME) {
            throw new IOException("a frame of " + Integer.toUnsignedLong(length) + " bytes");
        }
        if (there - Integer.BYTES < length) {
            return Optional.empty();
        }
        String document = new String(bytes, from + Integer.BYTES, length, UTF_8);
        from += Integer.BYTES + length;
        return Optional.of(document);
    }
}
