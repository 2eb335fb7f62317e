package io.kubetun.kube.portforward;

import io.kubetun.kube.network.Affected;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a pod through the API server, and the flows on it: the last handler of the connection's pipeline.
 * Confined to its event loop, as its flows are.
 */
abstract class Link extends ChannelInboundHandlerAdapter {
    /** Quiet time with flows open after which the other side is asked for a sign of life. */
    static final long PING_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Unanswered questions after which the link is lost. */
    static final int PINGS = 3;
    /** Time without flows after which the link is closed. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** How long an answer may take after a change of the network. */
    static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Bytes in a second that make a link busy: a new flow had better take another. */
    static final long BUSY_BYTES = 4 << 20;
    /**
     * Bytes sent since the last sign of life above which silence proves nothing: spdystream stops reading the whole
     * connection, PINGs too, when one pod's socket takes no more.
     */
    static final long MUTE_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final int TICK_SECONDS = 1;

    private final Channel channel;
    private final Owner owner;
    private final Outbox outbox;
    private final ReadGate gate;
    private final HeldFins heldFins;
    private List<PodChannel> touched = new ArrayList<>();
    private List<PodChannel> spare = new ArrayList<>();
    private Future<?> ticker;
    private boolean draining;
    private boolean closed;
    private Throwable cause;
    private long lastRead = System.nanoTime();
    private long usedAt = lastRead;
    private long unanswered;
    private long movedSinceTick;
    private long sentSinceRead;
    private boolean busy;

    Link(Channel channel, Owner owner) {
        this.channel = channel;
        this.owner = owner;
        this.outbox = new Outbox(channel);
        this.gate = new ReadGate(this, channel);
        this.heldFins = new HeldFins(this);
    }

    // What each wire format does in its own way.

    /** Opens the flow on the wire; flushed by the caller. */
    abstract void open(PodChannel flow);

    /** Sends some of the flow's bytes, and releases them; flushed by the caller. */
    abstract void send(PodChannel flow, ByteBuf data);

    /** Tells the pod that our side of the flow has ended; flushed by the caller. */
    abstract void sendFin(PodChannel flow);

    /** Ends the flow on the wire; {@code clean} if all its bytes were sent. */
    abstract void end(PodChannel flow, boolean clean);

    /** Forgets the flow. */
    abstract void remove(PodChannel flow);

    /** Takes some bytes from the wire. */
    abstract void read(Object msg) throws Exception;

    /** Asks for a sign of life. */
    abstract void ping();

    /** Returns the flows, in a list of their own. */
    abstract List<PodChannel> allFlows();

    /** Returns how many flows there are. */
    abstract int flows();

    /** Says whether a new flow to this port may be opened here. */
    abstract boolean accepts(int port);

    // What flows use.

    Channel channel() {
        return channel;
    }

    Outbox outbox() {
        return outbox;
    }

    ReadGate gate() {
        return gate;
    }

    HeldFins heldFins() {
        return heldFins;
    }

    long lastRead() {
        return lastRead;
    }

    void sent(int bytes) {
        movedSinceTick += bytes;
        sentSinceRead += bytes;
    }

    void touched(PodChannel flow) {
        touched.add(flow);
    }

    /** Ends our side of the flow, when its time has come. */
    void holdFin(PodChannel flow) {
        heldFins.hold(flow, System.nanoTime());
    }

    /** The flow's channel is closed. */
    void close(PodChannel flow, boolean clean) {
        if (!closed) {
            end(flow, clean);
            outbox.flushLater();
        }
        ended(flow);
    }

    /** The flow needs nothing more from the wire. */
    void ended(PodChannel flow) {
        remove(flow);
        heldFins.forget(flow);
        outbox.remove(flow);
        gate.shrank(flow);
        usedAt = System.nanoTime();
        if (draining && flows() == 0) {
            channel.close();
        }
    }

    void log(String message, Object argument) {
        LOG.debug(message, argument);
    }

    // What the owner uses.

    boolean isUsable() {
        return !draining && !closed && channel.isActive();
    }

    /** Says whether nothing has gone wrong with the connection. */
    boolean isSound() {
        return cause == null;
    }

    /** Says whether much moves here, so that another connection is better for a new flow. */
    boolean isBusy() {
        return busy || movedSinceTick > BUSY_BYTES || gate.isCongested();
    }

    /** Takes no new flow and closes after the last. */
    void drain() {
        draining = true;
        if (flows() == 0) {
            channel.close();
        }
    }

    /** Cuts the connection. */
    void cut(Throwable reason) {
        if (cause == null) {
            cause = reason;
        }
        channel.close();
    }

    /**
     * Asks for a sign of life if a change of the network may have broken the connection, and cuts it if none comes soon.
     * Without a route nothing is asked: the way may come back, and then it is.
     */
    void networkChanged(Affected affected) {
        if (!(channel.localAddress() instanceof InetSocketAddress local)
                || !(channel.remoteAddress() instanceof InetSocketAddress remote)
                || !affected.includes(local, remote)
                || !affected.hasRoute(remote)
                || gate.isClosed()) {
            return;
        }
        long asked = System.nanoTime();
        long patience = sentSinceRead > MUTE_BYTES ? PING_NANOS : PROBE_NANOS;
        ping();
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (lastRead - asked < 0) {
                                cut(new IOException("no sign of life after the network changed"));
                            }
                        },
                        patience,
                        TimeUnit.NANOSECONDS);
    }

    // ChannelHandler.

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ticker = ctx.executor().scheduleWithFixedDelay(this::tick, TICK_SECONDS, TICK_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ticker.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (closed) {
            ReferenceCountUtil.release(msg);
            return;
        }
        lastRead = System.nanoTime();
        unanswered = 0;
        sentSinceRead = 0;
        if (msg instanceof ByteBuf bytes) {
            movedSinceTick += bytes.readableBytes();
        }
        read(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        List<PodChannel> now = touched;
        touched = spare;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).readComplete();
        }
        now.clear();
        spare = now;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        outbox.writable(channel.isWritable());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable reason) {
        cut(reason);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closed) {
            closed = true;
            owner.closed(this, cause == null ? "closed by the other side" : String.valueOf(cause.getMessage()));
        }
    }

    private void tick() {
        long now = System.nanoTime();
        busy = movedSinceTick > BUSY_BYTES;
        movedSinceTick = 0;
        heldFins.tick(now);
        if (flows() == 0) {
            if (now - usedAt > IDLE_NANOS) {
                drain();
            }
            return;
        }
        boolean mute = gate.isClosed() || sentSinceRead > MUTE_BYTES;
        if (!mute && now - lastRead > PING_NANOS * (unanswered + 1)) {
            if (unanswered >= PINGS - 1) {
                cut(new IOException("no sign of life for " + (now - lastRead) / 1_000_000_000L + " s"));
                return;
            }
            unanswered++;
            ping();
        }
    }

    /** Who keeps the link. */
    interface Owner {
        /** The link is closed; its flows are still to be told. */
        void closed(Link link, String reason);

        /** The link takes no new flows. */
        void draining(Link link);
    }

    Owner owner() {
        return owner;
    }
}
