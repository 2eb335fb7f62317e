package io.kubetun.kernel.link;

import io.kubetun.kernel.link.FlowHeaders.Request;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepting ends of links: takes flows and leads them on. It does not matter who dialled the connections below. Safe
 * for use by several threads; never blocks.
 */
public final class LinkServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);

    private static final String GOING = "this end of the link is going away";

    /** A UDP flow without a datagram in either direction ends after this. */
    private static final Duration DATAGRAMS_IDLE = Duration.ofSeconds(60);

    private final Egress egress;
    private final LinkSettings settings;
    private final Duration datagramsIdle;
    private final Memory memory;
    private final LinkCounts counts = new LinkCounts();
    private final AtomicInteger flows = new AtomicInteger();
    private final Set<Accepted> links = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;

    /**
     * Makes a server without links.
     *
     * @param egress where flows go on
     * @param settings its measures
     */
    public LinkServer(Egress egress, LinkSettings settings) {
        this(egress, settings, DATAGRAMS_IDLE);
    }

    LinkServer(Egress egress, LinkSettings settings, Duration datagramsIdle) {
        this.egress = egress;
        this.settings = settings;
        this.datagramsIdle = datagramsIdle;
        this.memory = new Memory(settings);
    }

    /**
     * Takes a connection as a link, which it then owns.
     *
     * @param channel an open stream of bytes, accepted or dialled
     */
    public void accept(Channel channel) {
        EventLoop loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            new Accepted(channel).start();
        } else {
            loop.execute(() -> new Accepted(channel).start());
        }
    }

    /**
     * Returns what is counted.
     *
     * @return the counts of all links
     */
    public LinkCounts counts() {
        return counts;
    }

    /**
     * Takes no new flows (GOAWAY); those that are open go on.
     *
     * @return completed when no flow is open any more
     */
    public CompletableFuture<Void> drain() {
        draining = true;
        links.forEach(Accepted::goAway);
        checkDrained();
        return drained;
    }

    private void checkDrained() {
        if (draining && flows.get() == 0) {
            drained.complete(null);
        }
    }

    /** Cuts all links and their flows. */
    @Override
    public void close() {
        draining = true;
        links.forEach(Accepted::close);
    }

    private final class Accepted implements LinkRole {
        private final Channel channel;
        private final LinkHandler handler;

        Accepted(Channel channel) {
            this.channel = channel;
            this.handler = LinkCodec.acceptor(this, settings, memory, counts);
        }

        void start() {
            links.add(this);
            counts.linkOpened();
            channel.pipeline().addLast(handler);
            channel.config().setAutoRead(true);
            if (!channel.isActive()) {
                channel.pipeline().remove(handler);
            } else if (draining) {
                goAway();
            }
        }

        void goAway() {
            channel.eventLoop().execute(() -> handler.goAway(GOING));
        }

        void close() {
            channel.eventLoop().execute(() -> handler.lose(GOING));
        }

        @Override
        public void settings(Http2Settings told) {
            // What they say, Netty keeps to.
        }

        @Override
        public void ended() {
            // Counted by each flow.
        }

        @Override
        public void goingAway() {
            // The other side opens the flows: it will end the link when it has done.
        }

        @Override
        public void lost(String why) {
            if (links.remove(this)) {
                counts.linkClosed();
                LOG.debug("link {} has ended: {}", channel, why);
            }
        }

        @Override
        public void opened(Http2Stream stream, Http2Headers headers, boolean end) {
            Optional<Request> request = FlowHeaders.parse(headers);
            if (request.isEmpty()) {
                refuse(stream, FlowHeaders.malformed());
            } else if (draining) {
                // First, so that the other side knows why, and asks somebody else.
                handler.goAway(GOING);
                handler.reset(stream, Http2Error.REFUSED_STREAM);
            } else if (flows.incrementAndGet() > settings.maxFlows()) {
                flows.decrementAndGet();
                String detail = settings.maxFlows() + " flows are open";
                refuse(stream, FlowHeaders.refused(Reason.LIMIT, detail));
            } else {
                switch (request.get()) {
                    case Request.Tcp(InetSocketAddress to, Optional<InetSocketAddress> source) ->
                        lead(stream, to, false, egress.connect(to, source, channel.eventLoop()));
                    case Request.Udp(InetSocketAddress to, Optional<InetSocketAddress> source) ->
                        lead(stream, to, true, egress.connectDatagrams(to, source, channel.eventLoop()));
                    case Request.Echo(InetAddress to, int size) ->
                        egress.echo(to, size, channel.eventLoop()).addListener((Future<Boolean> done) -> {
                            released();
                            answer(stream, done);
                        });
                }
            }
        }

        /** Dials, answers and joins. */
        private void lead(Http2Stream stream, InetSocketAddress to, boolean datagrams, Future<Channel> way) {
            handler.attach(stream, new Dialling(handler, stream));
            way.addListener((Future<Channel> dialled) -> {
                if (!dialled.isSuccess()) {
                    counts.flowFailed();
                    released();
                    refuse(stream, refusal(dialled.cause()));
                } else if (handler.isLost() || !stream.state().localSideOpen()) {
                    released();
                    Relay.cut(dialled.getNow());
                } else {
                    handler.send(stream, FlowHeaders.accepted(datagrams), false);
                    join(stream, to, datagrams, dialled.getNow());
                }
            });
        }

        private void join(Http2Stream stream, InetSocketAddress to, boolean datagrams, Channel target) {
            FlowChannel flow = new FlowChannel(handler, stream, to, datagrams);
            flow.closeFuture().addListener(gone -> released());
            handler.attach(stream, flow);
            flow.open();
            if (!stream.state().remoteSideOpen()) {
                flow.end();
            }
            if (datagrams) {
                flow.pipeline().addLast(new CapsuleCodec(counts));
                DatagramRelay.join(flow, target, datagramsIdle, counts);
            } else {
                Relay.join(flow, (DuplexChannel) target);
            }
        }

        private void released() {
            flows.decrementAndGet();
            checkDrained();
        }

        private void answer(Http2Stream stream, Future<Boolean> done) {
            if (!done.isSuccess()) {
                refuse(stream, refusal(done.cause()));
            } else {
                refuse(stream, done.getNow() ? FlowHeaders.accepted(false) : FlowHeaders.unanswered());
            }
        }

        private Http2Headers refusal(Throwable cause) {
            return cause instanceof DialException dial
                    ? FlowHeaders.refused(dial.reason(), String.valueOf(dial.getMessage()))
                    : FlowHeaders.refused(Reason.UNREACHABLE, String.valueOf(cause));
        }

        /** An answer that is all there is. */
        private void refuse(Http2Stream stream, Http2Headers headers) {
            if (!handler.isLost() && stream.state().localSideOpen()) {
                handler.send(stream, headers, true);
                handler.reset(stream, Http2Error.NO_ERROR);
            }
        }
    }

    /**
     * Waits for {@link #drain} within a limit, then closes. Blocks.
     *
     * @param limit how long
     * @throws InterruptedException if interrupted meanwhile
     */
    public void drainAndClose(Duration limit) throws InterruptedException {
        try {
            drain().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            LOG.info("{} flows are cut: they did not end within {} s", flows.get(), limit.toSeconds());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        close();
    }
}
