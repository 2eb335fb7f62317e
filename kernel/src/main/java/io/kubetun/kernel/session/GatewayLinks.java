package io.kubetun.kernel.session;

import io.kubetun.kernel.link.LinkDialer;
import io.kubetun.kernel.link.LinkPool;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.Gateway;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A session's links to its gateway, over port-forwards to whichever pod is the gateway now. Thread-safe. */
final class GatewayLinks implements AutoCloseable {
    /** A pod is replaced in this time; flows that begin meanwhile wait. */
    private static final long POD_LIMIT_MILLIS = 10_000;

    /** A pod counts as ready when its container runs: the program in it may need a moment more to listen. */
    private static final long AGAIN_MILLIS = 150;

    private final Gateway gateway;
    private final Dialer pods;
    private final LinkPool pool;
    private final LinkDialer dialer;
    private final Watch watch;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    /** One opening of a link, of which each loop has at most one at a time. */
    private record Waiting(EventLoop loop, Promise<Channel> promise, long deadline) {
        boolean isLate() {
            return System.nanoTime() - deadline > 0;
        }
    }

    /**
     * Takes a gateway that is open; dials nothing yet.
     *
     * @param session the session's id
     * @param gateway the gateway
     * @param pods the way to its pods
     * @param loops the session's event loops
     * @param events where lost links are told
     */
    GatewayLinks(String session, Gateway gateway, Dialer pods, EventLoopGroup loops, Events events) {
        this.gateway = gateway;
        this.pods = pods;
        String link = "the gateway " + gateway.name();
        this.pool = new LinkPool(loops, this::way, LinkSettings.ofSession(), new LinkPool.Observer() {
            @Override
            public void lost(String why) {
                events.publish(new Event.LinkLost(session, link, why));
            }

            @Override
            public void restored() {
                events.publish(new Event.LinkRestored(session, link));
            }
        });
        this.dialer = new LinkDialer(pool, this::where);
        this.watch = gateway.follow(this::podMoved);
    }

    /** Completed when a link is open. */
    Future<Void> open() {
        return pool.open();
    }

    Dialer dialer() {
        return dialer;
    }

    String name() {
        return gateway.name();
    }

    void networkChanged() {
        pool.networkChanged();
    }

    /** What the gateway is to dial. */
    Future<InetSocketAddress> where(Target target) {
        Promise<InetSocketAddress> found = ImmediateEventExecutor.INSTANCE.newPromise();
        gateway.locate(target, Protocol.TCP).whenComplete((there, failure) -> {
            if (failure == null) {
                found.trySuccess(socketAddress(there));
            } else {
                found.tryFailure(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
            }
        });
        return found;
    }

    private static InetSocketAddress socketAddress(Target target) {
        return switch (target) {
            case Target.Address(var ip, int port) -> new InetSocketAddress(ip, port);
            case Target.Name(String host, int port) -> InetSocketAddress.createUnresolved(host, port);
            case Target.Service service -> throw new IllegalArgumentException("no address: " + service);
            case Target.Pod pod -> throw new IllegalArgumentException("no address: " + pod);
        };
    }

    private Future<Channel> way(EventLoop loop) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(POD_LIMIT_MILLIS);
        Waiting mine = new Waiting(loop, loop.newPromise(), deadline);
        waiting.add(mine);
        mine.promise().addListener(done -> waiting.remove(mine));
        loop.schedule(
                () -> mine.promise()
                        .tryFailure(new DialException(
                                Reason.CLUSTER_LOST, "no pod of the gateway " + gateway.name() + " is ready")),
                POD_LIMIT_MILLIS,
                TimeUnit.MILLISECONDS);
        gateway.pod().ifPresent(pod -> dial(pod, mine));
        return mine.promise();
    }

    private void dial(Target.Pod pod, Waiting mine) {
        pods.dial(pod, mine.loop()).addListener((Future<Channel> dialled) -> {
            if (dialled.isSuccess()) {
                if (!mine.promise().trySuccess(dialled.getNow())) {
                    dialled.getNow().close();
                }
            } else if (mine.isLate() || mine.promise().isDone() || !maySoonListen(dialled.cause())) {
                mine.promise().tryFailure(dialled.cause());
            } else {
                mine.loop()
                        .schedule(
                                () -> gateway.pod()
                                        .filter(now -> !mine.promise().isDone())
                                        .ifPresent(now -> dial(now, mine)),
                                AGAIN_MILLIS,
                                TimeUnit.MILLISECONDS);
            }
        });
    }

    private static boolean maySoonListen(Throwable cause) {
        return cause instanceof DialException dial
                && switch (dial.reason()) {
                    case REFUSED, UNREACHABLE, UNKNOWN_NAME, NO_ENDPOINTS -> true;
                    default -> false;
                };
    }

    /** Another pod: whoever waits for one goes there, and links to the one before are looked after. */
    private void podMoved(Optional<Target.Pod> now) {
        now.ifPresent(pod -> Set.copyOf(waiting).forEach(each -> dial(pod, each)));
        pool.networkChanged();
    }

    @Override
    public void close() {
        watch.close();
        pool.close();
        gateway.close();
    }
}
