package io.kubetun.testkit.stream;

import io.kubetun.testkit.link.ActiveFaults;
import io.kubetun.testkit.runtime.PodRuntime;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The server's side of a SPDY/3.1 port-forward: an error stream and a data stream a connection, paired by their
 * {@code requestid}. A SYN_REPLY says nothing about the dial, which starts after both. There is no flow control, see
 * {@link FrameQueues}.
 */
public final class SpdySession extends ChannelInboundHandlerAdapter {
    /** Streams that wait for their partner longer are given up. */
    private static final long PAIRING_SECONDS = 30;

    private static final int CHUNK = 65536;
    private static final int HEADER_LIMIT = 16384;

    private final PodRuntime pod;
    private final ActiveFaults faults;
    private final Map<Integer, StreamPair> streams = new HashMap<>();
    private final Map<String, StreamPair> unpaired = new HashMap<>();
    private final FrameQueues queues = new FrameQueues(this::consume);
    private final SynReplies replies = new SynReplies();
    private ChannelHandlerContext context;

    private SpdySession(PodRuntime pod, ActiveFaults faults) {
        this.pod = pod;
        this.faults = faults;
    }

    /**
     * Makes the handlers of a session.
     *
     * @param pod the pod that it leads into
     * @param faults the faults in force
     * @return the handlers, in order
     */
    public static List<ChannelHandler> handlers(PodRuntime pod, ActiveFaults faults) {
        return List.of(
                new SpdyFrameCodec(SpdyVersion.SPDY_3_1, CHUNK, HEADER_LIMIT, 6, 15, 8, false),
                new SpdySession(pod, faults));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case SpdyStreamFrame frame -> {
                queues.add(frame);
                regulate();
            }
            case SpdyPingFrame ping -> ctx.writeAndFlush(ping);
            default -> ReferenceCountUtil.release(message);
        }
    }

    /** Handles one frame; false if it must wait until the pod takes more. */
    private boolean consume(SpdyStreamFrame frame) {
        switch (frame) {
            case SpdySynStreamFrame opened -> open(opened);
            case SpdyDataFrame data -> {
                return deliver(data);
            }
            case SpdyRstStreamFrame reset ->
                Optional.ofNullable(streams.get(reset.streamId())).ifPresent(this::abort);
            default -> ReferenceCountUtil.release(frame);
        }
        return true;
    }

    private void open(SpdySynStreamFrame frame) {
        String type = header(frame, "streamtype");
        String port = header(frame, "port");
        // Clients of before 1.4 sent no requestid and relied on the order of the streams' ids.
        String id = frame.headers().contains("requestid")
                ? header(frame, "requestid")
                : Integer.toString(type.equals("error") ? frame.streamId() : frame.streamId() - 2);
        StreamPair pair = unpaired.computeIfAbsent(id, key -> new StreamPair(context, this, key));
        if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535 || !pair.add(type, frame.streamId())) {
            if (pair.dataStream().isEmpty() && pair.errorStream().isEmpty()) {
                unpaired.remove(id);
            }
            context.writeAndFlush(new DefaultSpdyRstStreamFrame(frame.streamId(), SpdyStreamStatus.CANCEL));
            return;
        }
        streams.put(frame.streamId(), pair);
        context.pipeline().context(SpdyFrameCodec.class).writeAndFlush(replies.next(frame.streamId()));
        if (pair.complete()) {
            unpaired.remove(id);
            pair.start(new PodForward(
                    pod, Integer.parseInt(port), faults, context.channel().eventLoop(), pair));
        } else {
            context.executor().schedule(() -> giveUp(pair), PAIRING_SECONDS, TimeUnit.SECONDS);
        }
        if (frame.isLast() && pair.isData(frame.streamId())) {
            pair.forward().ifPresent(PodForward::clientEnded);
        }
    }

    private static String header(SpdySynStreamFrame frame, String name) {
        String value = frame.headers().getAsString(name);
        return value == null ? "" : value;
    }

    private void giveUp(StreamPair pair) {
        if (unpaired.remove(pair.requestId(), pair)) {
            pair.errorStream().ifPresent(any -> pair.error("timed out waiting for streams"));
            pair.ended();
        }
    }

    private boolean deliver(SpdyDataFrame frame) {
        StreamPair pair = streams.get(frame.streamId());
        if (pair == null || !pair.isData(frame.streamId())) {
            frame.release();
            return true;
        }
        Optional<PodForward> forward = pair.forward();
        if (forward.isEmpty() || !forward.get().writable()) {
            return false;
        }
        if (frame.content().isReadable()) {
            forward.get().write(frame.content().retain());
        }
        if (frame.isLast()) {
            forward.get().clientEnded();
        }
        frame.release();
        return true;
    }

    private void abort(StreamPair pair) {
        pair.forward().ifPresent(PodForward::cancel);
        ended(pair);
    }

    /** The pod takes more of a stream, or its stream is over. */
    void podReady(int streamId) {
        queues.drain(streamId);
        regulate();
    }

    void ended(StreamPair pair) {
        pair.dataStream().ifPresent(streams::remove);
        pair.errorStream().ifPresent(streams::remove);
        unpaired.remove(pair.requestId(), pair);
    }

    private void regulate() {
        context.channel().config().setAutoRead(!queues.full());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean ready = ctx.channel().isWritable();
        streams.values().forEach(pair -> pair.forward().ifPresent(forward -> forward.clientReady(ready)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        streams.values().forEach(pair -> pair.forward().ifPresent(PodForward::cancel));
        streams.clear();
        unpaired.clear();
        queues.clear();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        replies.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
