package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.StreamChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
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
final class FlowChannel extends StreamChannel implements LinkStream {
    /** Small pieces that wait are copied: each would hold a whole buffer of the link. */
    private static final int COPIED = 4096;

    /** A window that is used up faster than this is too small. */
    private static final long GROW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a flow that is closed here waits for the other side to take what was sent. */
    private static final long LINGER_SECONDS = 30;

    /** How long what came before a reset waits for its reader. */
    private static final long LAST_READ_SECONDS = 1;

    private final LinkHandler link;
    private final Http2Stream stream;
    private final SocketAddress target;
    private final boolean datagrams;
    private final FlowConfig config = new FlowConfig(this);
    private int window;
    private int sinceGrown;
    private long grownAt = System.nanoTime();
    private boolean peerClosed;
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
        register();
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
        if (!isOpen() || isInputEnded()) {
            return length;
        }
        if (isWanted()) {
            grow(length);
            handOn(data.retain());
            return length;
        }
        hold(length <= COPIED ? data.copy() : data.retain());
        if (link.memory().queued(length)) {
            link.overflowed();
        }
        return 0;
    }

    @Override
    public void end() {
        if (endInput()) {
            deliverEnd();
        }
    }

    @Override
    public void reset(long code) {
        if (code == Http2Error.NO_ERROR.code() && isInputEnded()) {
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
        boolean proper = (isInputEnded() && end != null) || peerClosed;
        if (!proper) {
            cut(new DialException(Reason.RESET, target + ": the link was lost: " + link.why()));
        }
    }

    /** The flow is cut: told after what waits for the reader, if that reads soon. */
    private void cut(DialException cause) {
        if (fail(cause) && isOpen()) {
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
        if (isRegistered() && isOpen()) {
            resume();
        }
    }

    // StreamChannel.

    @Override
    protected void touched() {
        link.touched(this);
    }

    /** Tells the other side that it may send as much again. */
    @Override
    protected void taken(int bytes) {
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

    @Override
    protected boolean closesAfterInput() {
        return peerClosed;
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
        if (endsOutput() && out.isEmpty()) {
            endOutput();
        }
        link.flushSoon();
    }

    private boolean takesBytes() {
        return end == null && !link.isLost() && stream.state().localSideOpen();
    }

    @Override
    protected void endOutput() {
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
    protected void closeStream(boolean whole) {
        link.counts().flowClosed();
        if (link.isLost() || stream.state() == Http2Stream.State.CLOSED) {
            return;
        }
        if (!whole || config.isReset()) {
            link.reset(stream, link.connection().isServer() ? Http2Error.CONNECT_ERROR : Http2Error.CANCEL);
            return;
        }
        endOutput();
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
    public ChannelConfig config() {
        return config;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return target;
    }
}
