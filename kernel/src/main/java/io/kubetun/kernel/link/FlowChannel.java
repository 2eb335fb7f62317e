package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One flow of a link: a stream of HTTP/2 as a channel of bytes, on the link's event loop. END_STREAM is the end of
 * stream, RST_STREAM the reset; a plain close is END_STREAM followed by RST_STREAM with NO_ERROR, which, unlike a reset,
 * takes nothing back that was sent. All methods that are not of {@link io.netty.channel.Channel} are called on the loop.
 *
 * <p>What comes in is handed on while somebody reads, else it waits, at most as much as the stream's window. The window
 * grows while the reader keeps up.
 */
final class FlowChannel extends AbstractChannel implements DuplexChannel, LinkStream {
    /** Bytes handed on for one read; more wait for the next, so that the reader's back-pressure can act. */
    private static final int READ_BUDGET = 512 << 10;

    /** Small pieces that wait are copied: each would hold a whole buffer of the link. */
    private static final int COPIED = 4096;

    /** A window that is used up faster than this is too small. */
    private static final long GROW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a flow that is closed here waits for the other side to take what was sent. */
    private static final long LINGER_SECONDS = 30;

    /** How long what came before a reset waits for its reader. */
    private static final long LAST_READ_SECONDS = 1;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final LinkHandler link;
    private final Http2Stream stream;
    private final SocketAddress target;
    private final boolean datagrams;
    private final FlowConfig config = new FlowConfig(this);
    private final Queue<ByteBuf> queue = new ArrayDeque<>();
    private int queued;
    private int pass;
    private int window;
    private int sinceGrown;
    private long grownAt = System.nanoTime();
    private boolean readPending;
    private boolean drainScheduled;
    private boolean peerEnded;
    private boolean peerClosed;
    private boolean inputShutdown;
    private boolean outputShutdown;
    private boolean clean = true;
    private boolean closed;
    private DialException failure;
    private ChannelFuture end;
    private Future<?> linger;

    FlowChannel(LinkHandler link, Http2Stream stream, SocketAddress target, boolean datagrams) {
        super(link.context().channel());
        this.link = link;
        this.stream = stream;
        this.target = target;
        this.datagrams = datagrams;
        this.window = link.settings().firstWindow();
    }

    /** Takes the channel into use, on its loop. */
    void open() {
        link.counts().flowOpened();
        link.context().channel().eventLoop().register(this);
        // A channel registers at once when it is done on its own loop.
        if (!isRegistered()) {
            throw new IllegalStateException("not registered on its own loop");
        }
    }

    int queued() {
        return queued;
    }

    // What the link tells.

    @Override
    public void headers(Http2Headers headers, boolean end) {
        if (end) {
            end();
        }
    }

    @Override
    public int data(ByteBuf data) {
        int length = data.readableBytes();
        if (closed || peerEnded) {
            return length;
        }
        if (readPending && queue.isEmpty() && pass < READ_BUDGET) {
            grow(length);
            handOn(data.retain(), length);
            return length;
        }
        queue.add(length <= COPIED ? data.copy() : data.retain());
        queued += length;
        if (link.memory().queued(length)) {
            link.overflowed();
        }
        return 0;
    }

    @Override
    public void end() {
        if (!peerEnded) {
            peerEnded = true;
            deliverEnd();
        }
    }

    @Override
    public void reset(long code) {
        if (code == Http2Error.NO_ERROR.code() && peerEnded) {
            peerClosed = true;
            deliverEnd();
        } else {
            cut(FlowHeaders.failure(target, code));
        }
    }

    @Override
    public void closed() {
        shrink();
        if (linger != null) {
            linger.cancel(false);
        }
        boolean proper = (peerEnded && end != null) || peerClosed;
        if (!closed && !proper && failure == null) {
            cut(new DialException(Reason.RESET, target + ": the link was lost: " + link.why()));
        }
    }

    /** The flow is cut: told after what waits for the reader, if that reads soon. */
    private void cut(DialException cause) {
        if (closed || failure != null) {
            return;
        }
        failure = cause;
        peerEnded = true;
        deliverEnd();
        if (!closed) {
            eventLoop()
                    .schedule(
                            () -> {
                                releaseQueue();
                                deliverEnd();
                            },
                            LAST_READ_SECONDS,
                            TimeUnit.SECONDS);
        }
    }

    /** The reader stood still while memory was short. */
    void overflowed() {
        releaseQueue();
        link.reset(stream, Http2Error.ENHANCE_YOUR_CALM);
        cut(new DialException(Reason.LIMIT, target + ": too much waited for a reader that stood still"));
    }

    /** The link takes bytes of this stream again. */
    void writable() {
        if (isRegistered() && !closed) {
            ((FlowUnsafe) unsafe()).resume();
        }
    }

    /** The link has read all there was. */
    void readComplete() {
        if (pass == 0) {
            return;
        }
        pass = 0;
        readPending = false;
        pipeline().fireChannelReadComplete();
        if (readPending && !queue.isEmpty()) {
            scheduleDrain();
        }
    }

    // Reading.

    private void handOn(ByteBuf data, int length) {
        if (pass == 0) {
            link.touched(this);
        }
        pass += Math.max(length, 1);
        pipeline().fireChannelRead(data);
    }

    private void scheduleDrain() {
        if (!drainScheduled) {
            drainScheduled = true;
            eventLoop().execute(this::drain);
        }
    }

    private void drain() {
        drainScheduled = false;
        if (closed || !readPending) {
            return;
        }
        int passed = 0;
        ByteBuf data;
        while (passed < READ_BUDGET && !closed && (data = queue.poll()) != null) {
            int length = data.readableBytes();
            passed += length;
            queued -= length;
            pipeline().fireChannelRead(data);
        }
        consumed(passed);
        if (closed) {
            return;
        }
        if (passed > 0) {
            readPending = false;
            pipeline().fireChannelReadComplete();
        }
        deliverEnd();
    }

    /** Tells the other side that it may send as much again. */
    private void consumed(int bytes) {
        if (bytes == 0) {
            return;
        }
        link.memory().taken(bytes);
        try {
            if (!link.isLost() && link.decoder().flowController().consumeBytes(stream, bytes)) {
                link.flushSoon();
            }
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Doubles the window of a reader that keeps up, if it is used up quickly and there is memory for it. */
    private void grow(int length) {
        sinceGrown += length;
        if (sinceGrown < window) {
            return;
        }
        long now = System.nanoTime();
        boolean fast = now - grownAt < GROW_NANOS;
        sinceGrown = 0;
        grownAt = now;
        // Datagrams never wait for their reader, so their windows hold no memory.
        if (fast
                && window < link.settings().largestWindow()
                && (datagrams || link.memory().tryGrow(window))) {
            try {
                link.decoder().flowController().incrementWindowSize(stream, window);
                window *= 2;
            } catch (Http2Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void shrink() {
        if (!datagrams) {
            link.memory().shrank(window - link.settings().firstWindow());
        }
        window = link.settings().firstWindow();
    }

    private void deliverEnd() {
        if (closed || !peerEnded || !queue.isEmpty() || !isRegistered()) {
            return;
        }
        if (failure != null) {
            clean = false;
            pipeline().fireExceptionCaught(failure);
            unsafe().close(voidPromise());
            return;
        }
        if (!inputShutdown) {
            readComplete();
            inputShutdown = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (peerClosed && !closed) {
            unsafe().close(voidPromise());
        }
    }

    private void releaseQueue() {
        ByteBuf data;
        while ((data = queue.poll()) != null) {
            data.release();
        }
        int dropped = queued;
        queued = 0;
        consumed(dropped);
    }

    // Channel.

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (!queue.isEmpty()) {
            scheduleDrain();
        } else if (peerEnded && (!inputShutdown || failure != null || peerClosed)) {
            eventLoop().execute(this::deliverEnd);
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        ReferenceCountUtil.release(message);
        throw new UnsupportedOperationException("a flow carries ByteBuf only");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        while (out.current() instanceof ByteBuf data) {
            if (!takesBytes()) {
                out.remove(new ClosedChannelException());
                continue;
            }
            if (!link.encoder().flowController().isWritable(stream)) {
                break;
            }
            if (data.isReadable()) {
                link.write(stream, data.retain(), false, link.context().newPromise());
            }
            out.remove();
        }
        if (outputShutdown && out.isEmpty()) {
            sendEnd();
        }
        link.flushSoon();
    }

    private boolean takesBytes() {
        return end == null && !link.isLost() && stream.state().localSideOpen();
    }

    private void sendEnd() {
        if (end == null) {
            ChannelPromise written = link.context().newPromise();
            if (takesBytes()) {
                link.write(stream, Unpooled.EMPTY_BUFFER, true, written);
                link.flushSoon();
            } else {
                written.trySuccess();
            }
            end = written;
        }
    }

    @Override
    protected void doClose() {
        if (closed) {
            return;
        }
        closed = true;
        releaseQueue();
        link.counts().flowClosed();
        if (link.isLost() || stream.state() == Http2Stream.State.CLOSED) {
            return;
        }
        if (!clean || config.isReset()) {
            link.reset(stream, link.connection().isServer() ? Http2Error.CONNECT_ERROR : Http2Error.CANCEL);
            return;
        }
        sendEnd();
        if (link.isHandedOver(stream)) {
            // Both frames in one flush: each packet of its own wakes every program on the way.
            link.reset(stream, Http2Error.NO_ERROR);
            return;
        }
        linger = link.context()
                .executor()
                .schedule(() -> link.reset(stream, Http2Error.CANCEL), LINGER_SECONDS, TimeUnit.SECONDS);
        end.addListener(sent -> link.reset(stream, Http2Error.NO_ERROR));
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            outputShutdown = true;
            ChannelOutboundBuffer out = unsafe().outboundBuffer();
            if (out == null || out.isEmpty()) {
                sendEnd();
            }
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownOutput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            peerEnded = true;
            inputShutdown = true;
            releaseQueue();
            promise.trySuccess();
        } else {
            loop.execute(() -> shutdownInput(promise));
        }
        return promise;
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || closed;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || closed;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return !closed;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new FlowUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return parent().eventLoop().equals(loop);
    }

    @Override
    protected SocketAddress localAddress0() {
        return parent().localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return target;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a flow is not bound");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    private final class FlowUnsafe extends AbstractUnsafe {
        void resume() {
            flush0();
        }

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a flow is connected from the start"));
        }

        @Override
        public void close(ChannelPromise promise) {
            ChannelOutboundBuffer out = outboundBuffer();
            clean &= out == null || out.isEmpty();
            super.close(promise);
        }
    }
}
