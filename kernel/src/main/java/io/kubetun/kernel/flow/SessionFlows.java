package io.kubetun.kernel.flow;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Host;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The flows of one session: its listeners, its limit, and the splice of each flow. Safe for use by several threads. */
public final class SessionFlows implements Flows, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionFlows.class);

    /** How long closing waits for channels to be gone. */
    private static final long CLOSE_MILLIS = 300;

    private static final long TOLD_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String session;
    private final String mode;
    private final Host host;
    private final FlowCounts counts;
    private final Events events;
    private final Progress progress;
    private final FlowLimit limit;
    private final ListenerOpener opener;
    private final Dialer outside;
    private final Set<Channel> accepted = ConcurrentHashMap.newKeySet();
    private final Set<OpenListener> listeners = ConcurrentHashMap.newKeySet();
    private final Set<Splice> joined = ConcurrentHashMap.newKeySet();
    private final Map<EventLoop, HalfClosedFlows> halfClosed;
    private final AtomicLong flows;
    private final AtomicLong toldAt;
    private volatile boolean intakeStopped;

    /**
     * Makes the flows of a session; nothing listens yet.
     *
     * @param session the session's id
     * @param transport the event loops
     * @param host opens what the user may not, and knows who has gone
     * @param counts where to count
     * @param maxFlows accepted connections at the same time; the next one is reset and counted
     * @param events where to tell
     * @param progress where to tell the person when the limit is reached
     */
    public SessionFlows(
            String session,
            NettyTransport transport,
            Host host,
            FlowCounts counts,
            int maxFlows,
            Events events,
            Progress progress) {
        this.session = session;
        this.mode = "";
        this.host = host;
        this.counts = counts;
        this.events = events;
        this.progress = progress;
        this.limit = new FlowLimit(maxFlows);
        this.opener = new ListenerOpener(transport, host);
        this.outside = opener.outside(new FlowLimit(maxFlows));
        this.halfClosed = new ConcurrentHashMap<>();
        this.flows = new AtomicLong();
        this.toldAt = new AtomicLong(System.nanoTime() - TOLD_EVERY_NANOS);
    }

    private SessionFlows(SessionFlows session, String mode) {
        this.session = session.session;
        this.mode = mode;
        this.host = session.host;
        this.counts = session.counts;
        this.events = session.events;
        this.progress = session.progress;
        this.limit = session.limit;
        this.opener = session.opener;
        this.outside = session.outside;
        this.halfClosed = session.halfClosed;
        this.flows = session.flows;
        this.toldAt = session.toldAt;
    }

    /**
     * Makes the flows of one mode of the session: counted, numbered and limited together with those of the others, and
     * closed by themselves.
     *
     * @param mode its name
     * @return flows without listeners; closing these here does not close them
     */
    public SessionFlows ofMode(String mode) {
        return new SessionFlows(this, mode);
    }

    @Override
    public EventLoopGroup eventLoops() {
        return opener.eventLoops();
    }

    @Override
    public Dialer outside() {
        return outside;
    }

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException {
        return listen(address, opener.eventLoops(), initializer);
    }

    @Override
    public FlowListener listen(InetSocketAddress address, EventLoop loop, ChannelHandler initializer)
            throws KubetunException {
        return listen(address, (EventLoopGroup) loop, initializer);
    }

    private FlowListener listen(InetSocketAddress address, EventLoopGroup loops, ChannelHandler initializer)
            throws KubetunException {
        return opened(opener.open(address, loops, new AcceptedConnections(this, initializer)));
    }

    @Override
    public FlowListener listenDatagrams(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        return opened(opener.openDatagrams(address, handler));
    }

    private FlowListener opened(Channel channel) {
        OpenListener listener = new OpenListener(channel);
        listeners.add(listener);
        if (intakeStopped) {
            listener.close();
        } else {
            events.publish(new Event.ListenerOpened(session, listener.address()));
        }
        return listener;
    }

    @Override
    public void join(Channel client, Channel remote, Target target) {
        EventLoop loop = client.eventLoop();
        if (!loop.inEventLoop() || !remote.eventLoop().equals(loop)) {
            throw new IllegalStateException("both channels must live on the calling event loop");
        }
        long number = flows.incrementAndGet();
        Long dialNanos = remote.attr(CountingDialer.DIAL_NANOS).get();
        FlowCounts part = counts.parts().of(mode, target);
        Splice splice = new Splice(
                (DuplexChannel) client,
                (DuplexChannel) remote,
                part,
                halfClosed.computeIfAbsent(loop, each -> new HalfClosedFlows(each, host)),
                new FlowEnd(target, number, part));
        joined.add(splice);
        part.flowOpened();
        events.publish(new Event.FlowOpened(session, number, target, dialNanos == null ? 0 : dialNanos));
        splice.start();
    }

    /** Closes all listeners, within 300 ms together, and refuses new ones. Flows go on. */
    public void stopIntake() {
        intakeStopped = true;
        List<OpenListener> open = List.copyOf(listeners);
        open.forEach(OpenListener::begin);
        long deadline = deadline();
        open.forEach(listener -> listener.close(deadline));
    }

    /** Stops the intake and cuts all flows; waits until they are gone, at most 300 ms. */
    @Override
    public void close() {
        stopIntake();
        cut();
        awaitGone(deadline());
    }

    /** Begins to cut all flows, also those that are not joined yet. */
    public void cut() {
        joined.forEach(flow -> flow.client().eventLoop().execute(flow::cut));
        accepted.forEach(channel -> channel.eventLoop().execute(() -> Resets.reset(channel)));
    }

    /**
     * Waits until all flows are gone.
     *
     * @param deadline until when, on the clock of {@link System#nanoTime}
     */
    public void awaitGone(long deadline) {
        Set<Channel> open = Set.copyOf(accepted);
        CountDownLatch gone = new CountDownLatch(open.size());
        open.forEach(channel -> channel.closeFuture().addListener(end -> gone.countDown()));
        try {
            if (!gone.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.warn("{} flows of session {} are still closing", gone.getCount(), session);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Says until when a close that begins now waits.
     *
     * @return a time on the clock of {@link System#nanoTime}
     */
    public static long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    }

    /** Takes a new connection, or resets it and says false. */
    boolean admit(Channel channel) {
        if (intakeStopped || !limit.tryAcquire()) {
            counts.connectionRefused();
            tellLimit();
            Resets.reset(channel);
            return false;
        }
        accepted.add(channel);
        channel.closeFuture().addListener(end -> {
            accepted.remove(channel);
            limit.release();
        });
        return true;
    }

    private void tellLimit() {
        long last = toldAt.get();
        long now = System.nanoTime();
        if (!intakeStopped && now - last >= TOLD_EVERY_NANOS && toldAt.compareAndSet(last, now)) {
            progress.step(limit + " connections are open, the limit of a session: new ones are reset (so far "
                    + counts.refused() + ")");
        }
    }

    /** Tells the end of a flow. */
    final class FlowEnd {
        private final Target target;
        private final long number;
        private final FlowCounts part;

        FlowEnd(Target target, long number, FlowCounts part) {
            this.target = target;
            this.number = number;
            this.part = part;
        }

        void ended(Splice flow, long sent, long received, boolean cut) {
            joined.remove(flow);
            part.flowClosed(cut);
            events.publish(new Event.FlowClosed(session, number, target, sent, received, cut));
        }
    }

    private final class OpenListener implements FlowListener {
        private final Channel channel;
        private final InetSocketAddress address;

        OpenListener(Channel channel) {
            this.channel = channel;
            this.address = (InetSocketAddress) channel.localAddress();
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        void begin() {
            channel.close();
        }

        @Override
        public void close() {
            close(deadline());
        }

        void close(long deadline) {
            if (listeners.remove(this)) {
                ChannelFuture closed = channel.close();
                if (!channel.eventLoop().inEventLoop()) {
                    closed.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
                events.publish(new Event.ListenerClosed(session, address));
            }
        }
    }
}
