package io.kubetun.testkit.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The error stream and the data stream of one forwarded connection. */
final class StreamPair implements ForwardClient {
    private final ChannelHandlerContext context;
    private final SpdySession session;
    private final String requestId;
    private Optional<Integer> dataStream = Optional.empty();
    private Optional<Integer> errorStream = Optional.empty();
    private Optional<PodForward> forward = Optional.empty();

    StreamPair(ChannelHandlerContext context, SpdySession session, String requestId) {
        this.context = context;
        this.session = session;
        this.requestId = requestId;
    }

    String requestId() {
        return requestId;
    }

    /** Adds a stream; false if there is one of that type already. */
    boolean add(String type, int streamId) {
        if (type.equals("error") && errorStream.isEmpty()) {
            errorStream = Optional.of(streamId);
            return true;
        }
        if (type.equals("data") && dataStream.isEmpty()) {
            dataStream = Optional.of(streamId);
            return true;
        }
        return false;
    }

    boolean complete() {
        return dataStream.isPresent() && errorStream.isPresent();
    }

    void start(PodForward started) {
        forward = Optional.of(started);
        started.start();
    }

    Optional<PodForward> forward() {
        return forward;
    }

    boolean isData(int streamId) {
        return dataStream.filter(id -> id == streamId).isPresent();
    }

    Optional<Integer> dataStream() {
        return dataStream;
    }

    Optional<Integer> errorStream() {
        return errorStream;
    }

    @Override
    public void data(ByteBuf bytes) {
        context.write(new DefaultSpdyDataFrame(dataStream.orElseThrow(), bytes));
    }

    @Override
    public void flush() {
        context.flush();
    }

    @Override
    public void podReady() {
        dataStream.ifPresent(session::podReady);
    }

    @Override
    public void error(String message) {
        context.write(new DefaultSpdyDataFrame(
                errorStream.orElseThrow(), Unpooled.copiedBuffer(message, StandardCharsets.UTF_8)));
    }

    @Override
    public void ended() {
        errorStream.ifPresent(this::close);
        dataStream.ifPresent(this::close);
        context.flush();
        session.ended(this);
    }

    private void close(int streamId) {
        SpdyDataFrame last = new DefaultSpdyDataFrame(streamId);
        context.write(last.setLast(true));
    }

    @Override
    public boolean writable() {
        return context.channel().isWritable();
    }
}
