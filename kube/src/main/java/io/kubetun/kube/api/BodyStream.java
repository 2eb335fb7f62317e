package io.kubetun.kube.api;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of a response: chunked, of a known length, or until the connection ends. For one thread. */
final class BodyStream extends InputStream {
    private static final int MAX_CHUNK_LINE = 1024;

    private final InputStream in;
    private final boolean chunked;
    private final boolean untilClosed;
    private long left;
    private boolean first = true;
    private boolean ended;

    BodyStream(InputStream in, HttpHead head) {
        this.in = in;
        this.chunked = head.says("transfer-encoding", "chunked");
        this.untilClosed = !chunked && head.header("content-length").isEmpty() && head.status() != 204;
        this.left = chunked || untilClosed ? 0 : length(head);
        this.ended = !chunked && !untilClosed && left == 0;
    }

    /** Says whether the whole body was read and the connection may be used again. */
    boolean reusable() {
        return ended && !untilClosed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!ended && chunked && left == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int n = in.read(bytes, offset, untilClosed ? length : (int) Math.min(length, left));
        if (untilClosed) {
            ended = n < 0;
            return n;
        }
        if (n < 0) {
            throw new EOFException("the connection was closed in the middle of an answer");
        }
        left -= n;
        if (left == 0 && !chunked) {
            ended = true;
        }
        return n;
    }

    private void nextChunk() throws IOException {
        if (!first) {
            line();
        }
        first = false;
        String size = line();
        int semicolon = size.indexOf(';');
        try {
            left = Long.parseLong((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
        } catch (NumberFormatException e) {
            throw new IOException("the answer is not in chunks as it says", e);
        }
        if (left == 0) {
            while (!line().isEmpty()) {
                // trailers say nothing that matters here
            }
            ended = true;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.length() > MAX_CHUNK_LINE) {
                throw new EOFException("the connection was closed in the middle of an answer");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    private static long length(HttpHead head) {
        String text = head.header("content-length").orElse("0");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
