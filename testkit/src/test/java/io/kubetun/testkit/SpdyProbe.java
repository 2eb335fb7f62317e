package io.kubetun.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A port-forward client that speaks frames, one thread, blocking. */
final class SpdyProbe implements AutoCloseable {
    private final ByteLink link;
    private final EmbeddedChannel codec =
            new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1, 65536, 16384, 6, 15, 8, false));
    private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
    private final Set<Integer> replied = new HashSet<>();
    private final Set<Integer> ended = new HashSet<>();
    private int nextId = 1;

    SpdyProbe(ByteLink link) {
        this.link = link;
    }

    /** Opens a pair of streams; the error stream's id is one below, the data stream's is returned. */
    int open(int port) throws IOException {
        int error = nextId;
        int data = nextId + 2;
        nextId += 4;
        syn(error, "error", port, true);
        syn(data, "data", port, false);
        return data;
    }

    private void syn(int id, String type, int port, boolean last) throws IOException {
        SpdySynStreamFrame frame = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
        frame.setLast(last);
        frame.headers()
                .add("streamtype", type)
                .add("port", Integer.toString(port))
                .add("requestid", Integer.toString(id / 4));
        send(frame);
    }

    void data(int stream, byte[] bytes, boolean last) throws IOException {
        SpdyDataFrame frame = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes));
        frame.setLast(last);
        send(frame);
    }

    private void send(SpdyStreamFrame frame) throws IOException {
        codec.writeOutbound(frame);
        for (ByteBuf out = codec.readOutbound(); out != null; out = codec.readOutbound()) {
            link.send(ByteBufUtil.getBytes(out));
            out.release();
        }
    }

    private void step() throws IOException {
        byte[] bytes = link.receive();
        if (bytes.length == 0) {
            throw new EOFException("the connection was closed");
        }
        codec.writeInbound(Unpooled.wrappedBuffer(bytes));
        for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
            switch (frame) {
                case SpdySynReplyFrame reply -> replied.add(reply.streamId());
                case SpdyDataFrame data -> {
                    received.computeIfAbsent(data.streamId(), id -> new ByteArrayOutputStream())
                            .writeBytes(ByteBufUtil.getBytes(data.content()));
                    if (data.isLast()) {
                        ended.add(data.streamId());
                    }
                    data.release();
                }
                default -> throw new IOException("unexpected " + frame);
            }
        }
    }

    boolean replied(int stream) {
        return replied.contains(stream);
    }

    boolean hasEnded(int stream) {
        return ended.contains(stream);
    }

    byte[] bytes(int stream) {
        return received.getOrDefault(stream, new ByteArrayOutputStream()).toByteArray();
    }

    /** Reads until a stream has at least so many bytes. */
    String text(int stream, int length) throws IOException {
        while (bytes(stream).length < length) {
            step();
        }
        return new String(bytes(stream), StandardCharsets.UTF_8);
    }

    /** Reads until a stream has ended. */
    String untilEnd(int stream) throws IOException {
        while (!hasEnded(stream)) {
            step();
        }
        return new String(bytes(stream), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        codec.finishAndReleaseAll();
        link.close();
    }
}
