package io.kubetun.kube.portforward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.ProtocolException;

/**
 * Cuts a stream of SPDY/3.1 bytes into frames. Payload of DATA frames is passed on as it comes, in slices of the
 * buffers that were read: nothing is copied or gathered. Header blocks are skipped without being inflated, because a
 * port-forward says nothing in them. For one connection; not thread-safe.
 *
 * @see <a href="https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/">SPDY 3.1</a>
 */
final class SpdyFrameParser {
    /** A control frame longer than this is nonsense: the connection ends. */
    static final int MAX_CONTROL_LENGTH = 1 << 18;

    private static final int SYN_REPLY = 2;
    private static final int RST_STREAM = 3;
    private static final int PING = 6;
    private static final int GOAWAY = 7;

    private final Frames frames;
    private long header;
    private int headerBytes;
    private boolean inFrame;
    private boolean control;
    private int type;
    private int flags;
    private int stream;
    private int remaining;
    private long fields;
    private int fieldBytes;

    SpdyFrameParser(Frames frames) {
        this.frames = frames;
    }

    /**
     * Parses some bytes.
     *
     * @param in any number of bytes; released here
     * @throws ProtocolException if they are no SPDY/3.1; nothing may be parsed after that
     */
    void parse(ByteBuf in) throws ProtocolException {
        try {
            while (in.isReadable()) {
                if (!inFrame) {
                    readHeader(in);
                } else if (control) {
                    readControl(in);
                } else {
                    readData(in);
                }
            }
        } finally {
            in.release();
        }
    }

    private void readHeader(ByteBuf in) throws ProtocolException {
        if (headerBytes == 0 && in.readableBytes() >= 8) {
            header = in.readLong();
        } else {
            while (headerBytes < 8 && in.isReadable()) {
                header = header << 8 | in.readUnsignedByte();
                headerBytes++;
            }
            if (headerBytes < 8) {
                return;
            }
        }
        headerBytes = 0;
        inFrame = true;
        control = header < 0;
        flags = (int) (header >>> 24) & 0xff;
        remaining = (int) header & 0xffffff;
        if (control) {
            startControl();
        } else {
            startData();
        }
    }

    private void startControl() throws ProtocolException {
        int version = (int) (header >>> 48) & 0x7fff;
        if (version != 3) {
            throw new ProtocolException("a SPDY frame of version " + version);
        }
        if (remaining > MAX_CONTROL_LENGTH) {
            throw new ProtocolException("a SPDY control frame of " + remaining + " bytes");
        }
        type = (int) (header >>> 32) & 0xffff;
        fields = 0;
        fieldBytes = 0;
        if (remaining == 0) {
            endControl();
        }
    }

    private void startData() throws ProtocolException {
        stream = (int) (header >>> 32) & 0x7fffffff;
        if (stream == 0) {
            throw new ProtocolException("SPDY data for stream 0");
        }
        if (remaining == 0) {
            inFrame = false;
            frames.data(stream, Unpooled.EMPTY_BUFFER, (flags & 1) != 0);
        }
    }

    private void readData(ByteBuf in) {
        int length = Math.min(remaining, in.readableBytes());
        remaining -= length;
        boolean last = remaining == 0;
        inFrame = !last;
        frames.data(stream, in.readRetainedSlice(length), last && (flags & 1) != 0);
    }

    private void readControl(ByteBuf in) throws ProtocolException {
        while (fieldBytes < 8 && remaining > 0 && in.isReadable()) {
            fields = fields << 8 | in.readUnsignedByte();
            fieldBytes++;
            remaining--;
        }
        int skipped = Math.min(remaining, in.readableBytes());
        in.skipBytes(skipped);
        remaining -= skipped;
        if (remaining == 0) {
            endControl();
        }
    }

    private void endControl() throws ProtocolException {
        inFrame = false;
        int wanted = switch (type) {
            case SYN_REPLY, PING -> 4;
            case RST_STREAM, GOAWAY -> 8;
            default -> 0;
        };
        if (fieldBytes < wanted) {
            throw new ProtocolException("a SPDY control frame of type " + type + " cut short");
        }
        int first = (int) (fields >>> (8 * Math.max(0, fieldBytes - 4)));
        switch (type) {
            case SYN_REPLY -> frames.reply(first & 0x7fffffff, (flags & 1) != 0);
            case RST_STREAM -> frames.reset(first & 0x7fffffff, (int) fields);
            case PING -> frames.ping(first);
            case GOAWAY -> frames.goAway(first & 0x7fffffff);
            default -> {
                // SETTINGS, HEADERS, WINDOW_UPDATE and pushed streams mean nothing to a port-forward.
            }
        }
    }

    /** Told of each frame, in order. */
    interface Frames {
        /** A piece of a DATA frame; the receiver releases it. {@code fin} comes with the last piece. */
        void data(int stream, ByteBuf payload, boolean fin);

        /** A SYN_REPLY. */
        void reply(int stream, boolean fin);

        /** A RST_STREAM. */
        void reset(int stream, int status);

        /** A PING: an answer if the id is odd, else to be answered. */
        void ping(int id);

        /** A GOAWAY. */
        void goAway(int lastGood);
    }
}
