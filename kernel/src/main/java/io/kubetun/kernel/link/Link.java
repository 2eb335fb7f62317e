package io.kubetun.kernel.link;

import io.kubetun.kernel.link.FlowHeaders.Request;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The end of a link that opens flows. It does not matter who dialled the connection below. Flows live on the link's event
 * loop; methods may be called from any thread and never block.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.5">RFC 9113, 8.5: CONNECT</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9298">RFC 9298: proxying UDP</a>
 */
public final class Link {
    private final LinkHandler handler;
    private final Channel channel;
    private final Promise<Link> ready;
    private final Promise<String> lost;
    private final LinkCounts counts;
    private volatile boolean taking;
    private final AtomicInteger flows = new AtomicInteger();

    private Link(Channel channel, LinkSettings settings, Memory memory, LinkCounts counts) {
        this.channel = channel;
        this.counts = counts;
        this.ready = channel.eventLoop().newPromise();
        this.lost = channel.eventLoop().newPromise();
        this.handler = LinkCodec.opener(new Opener(), settings, memory, counts);
    }

    /**
     * Makes a link of an open connection, which it then owns.
     *
     * @param channel a stream of bytes, as {@link io.kubetun.spi.Dialer#dial} gives or as it was accepted
     * @param settings its measures
     * @return the link once the other side has answered as one, on the channel's loop; else a {@link DialException}
     */
    public static Future<Link> open(Channel channel, LinkSettings settings) {
        return open(channel, settings, new Memory(settings), new LinkCounts());
    }

    static Future<Link> open(Channel channel, LinkSettings settings, Memory memory, LinkCounts counts) {
        Link link = new Link(channel, settings, memory, counts);
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            link.start(settings);
        } else {
            loop.execute(() -> link.start(settings));
        }
        return link.ready;
    }

    private void start(LinkSettings settings) {
        channel.pipeline().addLast(handler);
        channel.config().setAutoRead(true);
        if (!channel.isActive()) {
            handler.lose("the connection has ended");
            handler.context().pipeline().remove(handler);
        }
        Runnable late = () -> handler.lose("the gateway did not answer as one");
        var limit = channel.eventLoop().schedule(late, settings.dialLimit().toMillis(), TimeUnit.MILLISECONDS);
        ready.addListener(done -> limit.cancel(false));
    }

    /**
     * Opens a TCP flow.
     *
     * @param to where; an unresolved address is a name that the other side looks up
     * @return a channel as {@link io.kubetun.spi.Dialer#dial} promises it, on {@link #eventLoop}
     */
    public Future<Channel> connect(InetSocketAddress to) {
        return flow(new Request.Tcp(to, Optional.empty()), to);
    }

    /**
     * Opens a TCP flow for somebody.
     *
     * @param to where; an unresolved address is a name that the other side looks up
     * @param from who opened the flow, as the other side is told
     * @return as {@link #connect(InetSocketAddress)}; cancelling it takes the flow back
     */
    public Future<Channel> connect(InetSocketAddress to, InetSocketAddress from) {
        return flow(new Request.Tcp(to, Optional.of(from)), to);
    }

    /**
     * Opens a UDP flow.
     *
     * @param to where; an unresolved address is a name that the other side looks up
     * @return a channel as {@link io.kubetun.spi.Dialer#dialDatagrams} promises it, on {@link #eventLoop}
     */
    public Future<Channel> connectDatagrams(InetSocketAddress to) {
        return flow(new Request.Udp(to, Optional.empty()), to);
    }

    /**
     * Opens a UDP flow for somebody.
     *
     * @param to where; an unresolved address is a name that the other side looks up
     * @param from who sent the first datagram, as the other side is told
     * @return as {@link #connectDatagrams(InetSocketAddress)}; cancelling it takes the flow back
     */
    public Future<Channel> connectDatagrams(InetSocketAddress to, InetSocketAddress from) {
        return flow(new Request.Udp(to, Optional.of(from)), to);
    }

    /**
     * Pings an address from the other side.
     *
     * @param address who shall answer
     * @param size bytes in the request, 0 to 65,000
     * @return whether there was an answer
     */
    public Future<Boolean> echo(InetAddress address, int size) {
        Promise<Boolean> answered = channel.eventLoop().newPromise();
        start(new Request.Echo(address, size), true, new EchoCall(address, answered), answered);
        return answered;
    }

    private Future<Channel> flow(Request request, InetSocketAddress to) {
        Promise<Channel> opened = channel.eventLoop().newPromise();
        Opening opening = new Opening(to, request instanceof Request.Udp, opened);
        start(request, false, opening, opened);
        return opened;
    }

    private void start(Request request, boolean end, Call call, Promise<?> promise) {
        EventLoop loop = channel.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> start(request, end, call, promise));
            return;
        }
        if (!taking) {
            promise.tryFailure(new DialException(Reason.CLUSTER_LOST, "the link takes no new flows"));
            return;
        }
        try {
            call.stream = handler.open(FlowHeaders.of(request), end, call);
            flows.incrementAndGet();
            var limit = loop.schedule(call::late, handler.settings().dialLimit().toMillis(), TimeUnit.MILLISECONDS);
            promise.addListener(done -> {
                limit.cancel(false);
                if (!done.isSuccess()) {
                    counts.flowFailed();
                }
                if (done.isCancelled()) {
                    handler.reset(call.stream, Http2Error.CANCEL);
                }
            });
        } catch (Http2Exception e) {
            taking = e.error() != Http2Error.REFUSED_STREAM
                    || handler.connection().numActiveStreams() > 0;
            promise.tryFailure(new DialException(Reason.LIMIT, "the link has no room for a further flow", e));
        }
    }

    /**
     * Returns where its flows live.
     *
     * @return the loop of the connection below
     */
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /**
     * Says whether new flows may be opened: not before it is ready, nor after the other side has said that it goes.
     *
     * @return whether
     */
    public boolean isTaking() {
        return taking;
    }

    /**
     * Returns how many flows are open or being opened.
     *
     * @return 0 or more
     */
    public int flows() {
        return flows.get();
    }

    /**
     * Tells when the link has ended.
     *
     * @return completed with the reason, on the link's loop
     */
    public Future<String> lost() {
        return lost;
    }

    /**
     * Asks whether the other side is still there; without an answer in time the link is lost.
     *
     * @param limitMillis how long to wait
     */
    public void probe(long limitMillis) {
        channel.eventLoop().execute(() -> handler.probe(limitMillis));
    }

    /**
     * Asks whether the other side is still there.
     *
     * @return completed when it has answered, failed when the link has ended before; on the link's loop
     */
    public Future<Void> ping() {
        Promise<Void> answered = channel.eventLoop().newPromise();
        channel.eventLoop().execute(() -> handler.ping(answered));
        return answered;
    }

    /**
     * Ends it; its flows are cut.
     *
     * @param reason what they are told
     */
    public void close(String reason) {
        if (!channel.eventLoop().isShuttingDown()) {
            channel.eventLoop().execute(() -> handler.lose(reason));
        }
    }

    private final class Opener implements LinkRole {
        @Override
        public void settings(Http2Settings settings) {
            if (ready.isDone()) {
                return;
            }
            if (Boolean.TRUE.equals(settings.connectProtocolEnabled())) {
                taking = true;
                counts.linkOpened();
                lost.addListener(end -> counts.linkClosed());
                ready.trySuccess(Link.this);
            } else {
                String why = "what answers there is no gateway";
                ready.tryFailure(new DialException(Reason.UNREACHABLE, "no link: " + why));
                handler.lose(why);
            }
        }

        @Override
        public void opened(Http2Stream stream, Http2Headers headers, boolean end) {
            handler.reset(stream, Http2Error.REFUSED_STREAM);
        }

        @Override
        public void ended() {
            flows.decrementAndGet();
            closeIfDone();
        }

        @Override
        public void goingAway() {
            taking = false;
            // Later: the streams that the other side has not seen end first.
            channel.eventLoop().execute(Link.this::closeIfDone);
        }

        @Override
        public void lost(String why) {
            taking = false;
            ready.tryFailure(new DialException(Reason.CLUSTER_LOST, "no link: " + why));
            lost.trySuccess(why);
        }
    }

    /** The last flow of a link that takes no new ones ends it. */
    private void closeIfDone() {
        if (flows.get() == 0 && !taking && ready.isSuccess()) {
            handler.lose("the other side takes no new flows");
        }
    }

    /** A stream that waits for its answer. */
    private abstract class Call implements LinkStream {
        private final Object target;
        private Http2Stream stream;

        Call(Object target) {
            this.target = target;
        }

        abstract void failed(DialException why);

        final Object target() {
            return target;
        }

        final Http2Stream stream() {
            return stream;
        }

        final void late() {
            failed(new DialException(Reason.TIMED_OUT, target + ": the gateway did not answer in time"));
            handler.reset(stream, Http2Error.CANCEL);
        }

        @Override
        public final int data(ByteBuf data) {
            return data.readableBytes();
        }

        @Override
        public final void end() {
            // Its headers have said all.
        }

        @Override
        public final void reset(long code) {
            failed(code == Http2Error.REFUSED_STREAM.code() ? refused() : FlowHeaders.failure(target, code));
        }

        /** Nothing of it was done (RFC 9113, 8.7): by one that goes away, so that another may do it, or by one that is full. */
        private DialException refused() {
            return taking
                    ? new DialException(Reason.LIMIT, target + ": the gateway has no room for a further flow")
                    : new DialException(Reason.CLUSTER_LOST, target + ": the gateway is going away");
        }

        @Override
        public final void closed() {
            failed(new DialException(Reason.CLUSTER_LOST, target + ": the link was lost: " + handler.why()));
        }
    }

    /** A flow that is being opened. */
    private final class Opening extends Call {
        private final InetSocketAddress to;
        private final boolean datagrams;
        private final Promise<Channel> opened;

        Opening(InetSocketAddress to, boolean datagrams, Promise<Channel> opened) {
            super(to.getHostString() + ":" + to.getPort());
            this.to = to;
            this.datagrams = datagrams;
            this.opened = opened;
        }

        @Override
        public void headers(Http2Headers headers, boolean end) {
            if (!FlowHeaders.OK.contentEquals(headers.status())) {
                failed(FlowHeaders.failure(target(), headers));
                handler.reset(stream(), Http2Error.CANCEL);
                return;
            }
            FlowChannel flow = new FlowChannel(handler, stream(), to, datagrams);
            if (datagrams) {
                flow.pipeline().addLast(new CapsuleCodec(counts));
            }
            handler.attach(stream(), flow);
            flow.open();
            if (!opened.trySuccess(flow)) {
                flow.close();
            } else if (end) {
                flow.end();
            }
        }

        @Override
        void failed(DialException why) {
            opened.tryFailure(why);
        }
    }

    /** A ping that is under way. */
    private final class EchoCall extends Call {
        private final Promise<Boolean> answered;

        EchoCall(InetAddress address, Promise<Boolean> answered) {
            super(address.getHostAddress());
            this.answered = answered;
        }

        @Override
        public void headers(Http2Headers headers, boolean end) {
            if (FlowHeaders.OK.contentEquals(headers.status())) {
                answered.trySuccess(true);
            } else if (FlowHeaders.isUnanswered(headers)) {
                answered.trySuccess(false);
            } else {
                failed(FlowHeaders.failure(target(), headers));
            }
        }

        @Override
        void failed(DialException why) {
            answered.tryFailure(why);
        }
    }
}
