package io.kubetun.kernel.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a link: Netty's HTTP/2, with a {@link LinkStream} for each stream, signs of life and bounded memory. Used on
 * its event loop only.
 */
final class LinkHandler extends Http2ConnectionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(LinkHandler.class);

    /** Questions that wait for their answers; the next one fails. */
    private static final int MAX_ASKED = 16;

    private final Http2Connection.PropertyKey key;
    private final LinkRole role;
    private final LinkSettings settings;
    private final Memory memory;
    private final LinkCounts counts;
    private final List<FlowChannel> touched = new ArrayList<>();
    private final Map<Long, Promise<Void>> asked = new HashMap<>();
    private ChannelHandlerContext context;
    private Future<?> beat;
    private String why = "the connection has ended";
    private int quietBeats;
    private boolean reading;
    private boolean flushScheduled;
    private boolean lost;

    LinkHandler(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings initial,
            LinkRole role,
            LinkSettings settings,
            Memory memory,
            LinkCounts counts) {
        super(decoder, encoder, initial, true);
        this.role = role;
        this.settings = settings;
        this.memory = memory;
        this.counts = counts;
        this.key = connection().newKey();
        setCumulator(COMPOSITE_CUMULATOR);
        decoder.frameListener(new Frames());
        encoder.flowController().listener(stream -> {
            if (stream.getProperty(key) instanceof FlowChannel flow) {
                flow.writable();
            }
        });
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                LinkStream closed = stream.getProperty(key);
                if (closed != null) {
                    closed.closed();
                    role.ended();
                }
            }

            @Override
            public void onGoAwayReceived(int lastStream, long code, ByteBuf text) {
                role.goingAway();
            }
        });
    }

    ChannelHandlerContext context() {
        return context;
    }

    LinkSettings settings() {
        return settings;
    }

    Memory memory() {
        return memory;
    }

    LinkCounts counts() {
        return counts;
    }

    String why() {
        return why;
    }

    boolean isLost() {
        return lost;
    }

    void attach(Http2Stream stream, LinkStream to) {
        stream.setProperty(key, to);
    }

    /** Opens a stream. */
    Http2Stream open(Http2Headers headers, boolean end, LinkStream to) throws Http2Exception {
        int id = connection().local().incrementAndGetNextStreamId();
        if (id < 0) {
            throw Http2Exception.connectionError(Http2Error.REFUSED_STREAM, "this link has used up its numbers");
        }
        Http2Stream stream = connection().local().createStream(id, false);
        attach(stream, to);
        send(stream, headers, end);
        return stream;
    }

    void send(Http2Stream stream, Http2Headers headers, boolean end) {
        encoder().writeHeaders(context, stream.id(), headers, 0, end, context.newPromise());
        flushSoon();
    }

    void reset(Http2Stream stream, Http2Error code) {
        if (!lost && stream.state() != Http2Stream.State.CLOSED) {
            resetStream(context, stream.id(), code.code(), context.newPromise());
            flushSoon();
        }
    }

    /** Says whether all that a stream was to send is on its way, so that a reset would take nothing of it back. */
    boolean isHandedOver(Http2Stream stream) {
        try {
            encoder().flowController().writePendingBytes();
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return !encoder().flowController().hasFlowControlled(stream);
    }

    /** Many flows that have written something in one turn of the loop are one flush. */
    void flushSoon() {
        if (!reading && !flushScheduled && !lost) {
            flushScheduled = true;
            context.executor().execute(() -> {
                flushScheduled = false;
                flush(context);
            });
        }
    }

    void touched(FlowChannel flow) {
        touched.add(flow);
    }

    boolean isReading() {
        return reading;
    }

    /** Takes no new streams from the other side; those that are open go on. */
    void goAway(String text) {
        if (!lost && !connection().goAwaySent()) {
            goAway(
                    context,
                    connection().remote().lastStreamCreated(),
                    Http2Error.NO_ERROR.code(),
                    Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII),
                    context.newPromise());
            context.flush();
        }
    }

    /** Asks for a sign of life now: without one within the limit the link is lost. */
    void probe(long limitMillis) {
        if (lost) {
            return;
        }
        quietBeats = 1;
        ping();
        context.executor()
                .schedule(
                        () -> {
                            if (quietBeats > 0) {
                                lose("it did not answer after the network changed");
                            }
                        },
                        limitMillis,
                        TimeUnit.MILLISECONDS);
    }

    /** Gives the link up: all flows on it are cut. */
    void lose(String reason) {
        if (!lost) {
            why = reason;
            context.close();
        }
    }

    /** Too much waits for slow readers: the one with the most loses its flow. */
    void overflowed() {
        FlowChannel[] most = new FlowChannel[1];
        try {
            connection().forEachActiveStream(stream -> {
                if (stream.getProperty(key) instanceof FlowChannel flow
                        && (most[0] == null || flow.queued() > most[0].queued())) {
                    most[0] = flow;
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        if (most[0] != null) {
            counts.flowOverflowed();
            most[0].overflowed();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
        if (added.channel().isActive()) {
            started();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) throws Exception {
        super.channelActive(active);
        started();
    }

    private void started() throws Http2Exception {
        if (beat != null) {
            return;
        }
        // Each stream has a window of its own, and readers that stand still would fill a common one.
        decoder()
                .flowController()
                .incrementWindowSize(
                        connection().connectionStream(),
                        LinkCodec.CONNECTION_WINDOW
                                - decoder()
                                        .flowController()
                                        .windowSize(connection().connectionStream()));
        long every = settings.beat().toNanos();
        beat = context.executor().scheduleAtFixedRate(this::beat, every, every, TimeUnit.NANOSECONDS);
        flush(context);
    }

    private void beat() {
        if (++quietBeats > settings.missedBeats()) {
            lose("no sign of life for "
                    + settings.beat().multipliedBy(settings.missedBeats()).toMillis() + " ms");
        } else {
            ping();
        }
    }

    private void ping() {
        encoder().writePing(context, false, System.nanoTime(), context.newPromise());
        flush(context);
    }

    /** Asks for a sign of life; whoever asked is told with its answer. */
    void ping(Promise<Void> answered) {
        if (lost) {
            answered.tryFailure(new ClosedChannelException());
        } else if (asked.size() >= MAX_ASKED) {
            answered.tryFailure(new IllegalStateException("too many wait for a sign of life"));
        } else {
            long number = System.nanoTime();
            asked.put(number, answered);
            encoder().writePing(context, false, number, context.newPromise());
            flush(context);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext read, Object message) throws Exception {
        quietBeats = 0;
        reading = true;
        super.channelRead(read, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext read) throws Exception {
        // By index: a flow that is told may touch another.
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).readComplete();
        }
        touched.clear();
        reading = false;
        super.channelReadComplete(read);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) throws Exception {
        end();
        super.channelInactive(inactive);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext removed) throws Exception {
        end();
        super.handlerRemoved0(removed);
    }

    private void end() {
        if (!lost) {
            lost = true;
            if (beat != null) {
                beat.cancel(false);
            }
            List.copyOf(asked.values()).forEach(each -> each.tryFailure(new ClosedChannelException()));
            asked.clear();
            role.lost(why);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext event, Object what) throws Exception {
        if (what instanceof ChannelInputShutdownEvent) {
            lose("the other side has ended the connection");
        }
        super.userEventTriggered(event, what);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) throws Exception {
        why = String.valueOf(cause.getMessage());
        if (embedded(cause)) {
            super.exceptionCaught(caught, cause);
        } else {
            lose(why);
        }
    }

    private static boolean embedded(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof Http2Exception) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext where, boolean outbound, Throwable cause, Http2Exception http2) {
        why = "protocol error: " + cause.getMessage();
        LOG.debug("link {}", where.channel(), cause);
        super.onConnectionError(where, outbound, cause, http2);
    }

    /** Frames as they come, each to its stream. */
    private final class Frames extends Http2FrameAdapter {
        @Override
        public int onDataRead(ChannelHandlerContext read, int id, ByteBuf data, int padding, boolean end) {
            LinkStream stream = of(id);
            int length = data.readableBytes();
            if (stream == null) {
                return length + padding;
            }
            counts.countReceived(length);
            int taken = length == 0 ? 0 : stream.data(data);
            if (end) {
                stream.end();
            }
            return taken + padding;
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext read, int id, Http2Headers headers, int padding, boolean end) {
            Http2Stream stream = connection().stream(id);
            if (stream == null) {
                return;
            }
            LinkStream known = stream.getProperty(key);
            if (known != null) {
                known.headers(headers, end);
            } else {
                role.opened(stream, headers, end);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext read,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            onHeadersRead(read, id, headers, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext read, int id, long code) {
            LinkStream stream = of(id);
            if (stream != null) {
                stream.reset(code);
            }
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext read, long number) {
            Promise<Void> answered = asked.remove(number);
            if (answered != null) {
                answered.trySuccess(null);
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext read, Http2Settings told) {
            role.settings(told);
        }

        private LinkStream of(int id) {
            Http2Stream stream = connection().stream(id);
            return stream == null ? null : stream.getProperty(key);
        }
    }

    /** Writes bytes of a flow; released by Netty. */
    void write(Http2Stream stream, ByteBuf data, boolean end, ChannelPromise written) {
        counts.countSent(data.readableBytes());
        encoder().writeData(context, stream.id(), data, 0, end, written);
    }
}
