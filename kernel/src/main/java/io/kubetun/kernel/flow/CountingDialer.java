package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The dialer that modes get: the cluster's, with each dial counted, timed and limited, and each failure told as an
 * event. Safe for use by several threads.
 */
public final class CountingDialer implements Dialer {
    static final AttributeKey<Long> DIAL_NANOS = AttributeKey.valueOf(CountingDialer.class, "dialNanos");

    private final String session;
    private final String mode;
    private final Dialer cluster;
    private final FlowCounts counts;
    private final FlowLimit limit;
    private final Events events;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean cut;

    /**
     * Wraps a dialer.
     *
     * @param session the session's id
     * @param cluster the dialer of the cluster
     * @param counts where to count
     * @param maxOpen dialled channels and dials at the same time; the next dial fails with {@link Reason#LIMIT}
     * @param events where to tell failures
     */
    public CountingDialer(String session, Dialer cluster, FlowCounts counts, int maxOpen, Events events) {
        this.session = session;
        this.mode = "";
        this.cluster = cluster;
        this.counts = counts;
        this.limit = new FlowLimit(maxOpen);
        this.events = events;
    }

    private CountingDialer(CountingDialer session, String mode) {
        this.session = session.session;
        this.mode = mode;
        this.cluster = session.cluster;
        this.counts = session.counts;
        this.limit = session.limit;
        this.events = session.events;
    }

    /**
     * Makes the dialer of one mode of the session: counted and limited together with those of the others, and closed by
     * itself.
     *
     * @param mode its name
     * @return an open dialer
     */
    public CountingDialer ofMode(String mode) {
        return new CountingDialer(this, mode);
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        return dial(target, loop, () -> cluster.dial(target, loop));
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return dial(target, loop, () -> cluster.dialDatagrams(target, loop));
    }

    @Override
    public boolean tcpOnly() {
        return cluster.tcpOnly();
    }

    /** Not counted: a ping is no flow, and who asks for it bounds how many there are. */
    @Override
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return closed
                ? loop.newFailedFuture(new DialException(Reason.CLUSTER_LOST, "the session is ending"))
                : cluster.echo(address, size, loop);
    }

    private Future<Channel> dial(Target target, EventLoop loop, Supplier<Future<Channel>> way) {
        if (closed) {
            return loop.newFailedFuture(new DialException(Reason.CLUSTER_LOST, "the session is ending"));
        }
        if (!limit.tryAcquire()) {
            return failed(target, loop, new DialException(Reason.LIMIT, target + ": " + limit + " flows are open"));
        }
        long start = System.nanoTime();
        Future<Channel> dialed;
        try {
            dialed = way.get();
        } catch (RuntimeException e) {
            limit.release();
            return failed(target, loop, new DialException(Reason.UNREACHABLE, target + ": " + e, e));
        }
        dialed.addListener((Future<Channel> done) -> finished(target, done, System.nanoTime() - start));
        return dialed;
    }

    /** Fails all dials from now on; what is dialled stays open. */
    public void close() {
        closed = true;
    }

    /** Closes, and with it every channel that was dialled here and is still open. */
    public void cut() {
        closed = true;
        cut = true;
        open.forEach(Channel::close);
    }

    private void finished(Target target, Future<Channel> dialed, long nanos) {
        if (dialed.isSuccess()) {
            counts.parts().of(mode, target).dialed(nanos);
            Channel channel = dialed.getNow();
            channel.attr(DIAL_NANOS).set(nanos);
            open.add(channel);
            channel.closeFuture().addListener(end -> {
                open.remove(channel);
                limit.release();
            });
            if (cut) {
                channel.close();
            }
        } else {
            limit.release();
            count(target, dialed.cause());
        }
    }

    private Future<Channel> failed(Target target, EventLoop loop, DialException why) {
        count(target, why);
        return loop.newFailedFuture(why);
    }

    private void count(Target target, Throwable cause) {
        Reason reason = cause instanceof DialException dial ? dial.reason() : Reason.UNREACHABLE;
        counts.parts().of(mode, target, reason).dialFailed(reason);
        events.publish(new Event.DialFailed(session, target, reason, String.valueOf(cause.getMessage())));
    }
}
