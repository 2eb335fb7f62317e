package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The links of a session to its gateway. A flow lives on the event loop that was asked for, so each loop has links of its
 * own: the first is opened with the first flow or by {@link #open}, further ones while there are flows for them. A flow
 * stays on its link; a link that is lost takes its flows with it and is opened again at once, then after 1 s up to 5 min.
 * Safe for use by several threads; never blocks.
 */
public final class LinkPool implements AutoCloseable {
    /** Between two tries to open one link. */
    private static final long AGAIN_MILLIS = 150;

    private final EventLoopGroup loops;
    private final Function<EventLoop, Future<Channel>> way;
    private final LinkSettings settings;
    private final Observer observer;
    private final Memory memory;
    private final LinkCounts counts = new LinkCounts();
    private final AtomicInteger lost = new AtomicInteger();
    private final int linksPerLoop;
    private final Map<EventLoop, LoopLinks> perLoop = new ConcurrentHashMap<>();

    /** Who is told about the links of a pool. Called on event loops; must not block. */
    public interface Observer {
        /**
         * A loop that had a link has none any more.
         *
         * @param why the reason, a clause
         */
        void lost(String why);

        /** All loops that had lost their links have one again. */
        void restored();
    }

    /**
     * Makes a pool without links.
     *
     * @param loops the session's event loops
     * @param way opens a connection to the gateway on a loop: a stream of bytes as {@link io.kubetun.spi.Dialer#dial}
     *     gives; called again whenever a further one is needed, so it may lead to another pod then
     * @param settings their measures
     * @param observer told when links are lost and restored
     */
    public LinkPool(
            EventLoopGroup loops, Function<EventLoop, Future<Channel>> way, LinkSettings settings, Observer observer) {
        this.loops = loops;
        this.way = way;
        this.settings = settings;
        this.observer = observer;
        this.memory = new Memory(settings);
        int count = 0;
        for (EventExecutor _ : loops) {
            count++;
        }
        this.linksPerLoop = Math.max(1, settings.links() / Math.max(1, count));
    }

    /**
     * Opens a link on each loop.
     *
     * @return completed when the first is open; failed with a {@link io.kubetun.spi.DialException} if none can be
     */
    public Future<Void> open() {
        List<EventLoop> all = new ArrayList<>();
        loops.forEach(each -> all.add((EventLoop) each));
        Promise<Void> first = all.getFirst().newPromise();
        AtomicInteger left = new AtomicInteger(all.size());
        all.forEach(loop -> on(loop).ready().addListener(done -> {
            if (done.isSuccess()) {
                first.trySuccess(null);
            } else if (left.decrementAndGet() == 0) {
                first.tryFailure(done.cause());
            }
        }));
        return first;
    }

    /**
     * Opens a TCP flow.
     *
     * @param to where; an unresolved address is a name that the gateway looks up
     * @param loop where the channel shall live, one of this pool's
     * @return as {@link io.kubetun.spi.Dialer#dial} promises it
     */
    public Future<Channel> connect(InetSocketAddress to, EventLoop loop) {
        return on(loop).use(link -> link.connect(to));
    }

    /**
     * Opens a UDP flow.
     *
     * @param to where; an unresolved address is a name that the gateway looks up
     * @param loop where the channel shall live, one of this pool's
     * @return as {@link io.kubetun.spi.Dialer#dialDatagrams} promises it
     */
    public Future<Channel> connectDatagrams(InetSocketAddress to, EventLoop loop) {
        return on(loop).use(link -> link.connectDatagrams(to));
    }

    /**
     * Pings an address from the gateway.
     *
     * @param address who shall answer
     * @param size bytes in the request, 0 to 65,000
     * @param loop where the answer is told, one of this pool's
     * @return whether there was an answer
     */
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return on(loop).use(link -> link.echo(address, size));
    }

    /**
     * Says that connections may be dead without a word of it: each link must answer within 2 s, lost ones are opened
     * now.
     */
    public void networkChanged() {
        perLoop.values().forEach(LoopLinks::networkChanged);
    }

    /**
     * Returns what is counted.
     *
     * @return the counts of all links
     */
    public LinkCounts counts() {
        return counts;
    }

    /** Ends all links and their flows; none is opened any more. */
    @Override
    public void close() {
        perLoop.values().forEach(LoopLinks::close);
    }

    private LoopLinks on(EventLoop loop) {
        return perLoop.computeIfAbsent(loop, each -> new LoopLinks(each, linksPerLoop, this::link, this::changed));
    }

    private Future<Link> link(EventLoop loop) {
        Promise<Link> opened = loop.newPromise();
        link(loop, System.nanoTime() + settings.dialLimit().toNanos(), opened);
        return opened;
    }

    private void link(EventLoop loop, long deadline, Promise<Link> opened) {
        way.apply(loop).addListener((Future<Channel> dialled) -> {
            if (!dialled.isSuccess()) {
                opened.tryFailure(dialled.cause());
                return;
            }
            Link.open(dialled.getNow(), settings, memory, counts).addListener((Future<Link> done) -> {
                if (done.isSuccess()) {
                    opened.trySuccess(done.getNow());
                } else if (isGoneAtOnce(done.cause()) && System.nanoTime() - deadline < 0) {
                    loop.schedule(() -> link(loop, deadline, opened), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                } else {
                    opened.tryFailure(done.cause());
                }
            });
        });
    }

    /** The way led to one that has just ended, or does not listen yet: a port-forward may tell only afterwards. */
    private static boolean isGoneAtOnce(Throwable cause) {
        return cause instanceof DialException dial && dial.reason() == Reason.CLUSTER_LOST;
    }

    private void changed(boolean there, String why) {
        if (!there) {
            if (lost.getAndIncrement() == 0) {
                observer.lost(why);
            }
        } else if (lost.decrementAndGet() == 0) {
            observer.restored();
        }
    }
}
