package io.kubetun.kernel.agent;

import io.kubetun.kernel.link.Egress;
import io.kubetun.kernel.link.Link;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds the way for a flow: the laptop if it takes it within a second, else the original destination, dialled from here.
 * Used on one loop only.
 */
final class Lead {
    private static final long ACCEPT_MILLIS = 1_000;

    private final AgentLinks links;
    private final Egress originals;
    private final EventLoop loop;

    Lead(AgentLinks links, Egress originals, EventLoop loop) {
        this.links = links;
        this.originals = originals;
        this.loop = loop;
    }

    /** A TCP flow; failed with {@link Reason#FORBIDDEN} if the laptop will have it closed. */
    Future<Channel> connect(InetSocketAddress to, InetSocketAddress from) {
        return ask(link -> link.connect(to, from), () -> original(to, from));
    }

    /** The original's TCP, without asking. */
    Future<Channel> original(InetSocketAddress to, InetSocketAddress from) {
        return originals.connect(to, Optional.of(from), loop);
    }

    /** A UDP flow. */
    Future<Channel> connectDatagrams(InetSocketAddress to, InetSocketAddress from) {
        return ask(
                link -> link.connectDatagrams(to, from), () -> originals.connectDatagrams(to, Optional.of(from), loop));
    }

    private interface OverLink {
        Future<Channel> by(Link link);
    }

    private interface Otherwise {
        Future<Channel> dial();
    }

    private Future<Channel> ask(OverLink way, Otherwise original) {
        Promise<Channel> found = loop.newPromise();
        ask(way, original, found);
        return found;
    }

    private void ask(OverLink way, Otherwise original, Promise<Channel> found) {
        Optional<Link> best = links.best();
        if (best.isEmpty()) {
            pass(original.dial(), found);
            return;
        }
        Future<Channel> asked = way.by(best.get());
        var limit = loop.schedule(() -> asked.cancel(false), ACCEPT_MILLIS, TimeUnit.MILLISECONDS);
        asked.addListener((Future<Channel> answered) -> {
            limit.cancel(false);
            if (answered.isSuccess()) {
                pass(answered, found);
            } else if (answered.isCancelled()) {
                links.missed(best.get());
                pass(original.dial(), found);
            } else if (isReason(answered.cause(), Reason.FORBIDDEN)) {
                found.tryFailure(answered.cause());
            } else if (isReason(answered.cause(), Reason.CLUSTER_LOST)
                    && !best.get().isTaking()) {
                // The link ended before the flow was open; another one may carry it.
                ask(way, original, found);
            } else {
                pass(original.dial(), found);
            }
        });
    }

    private static boolean isReason(Throwable cause, Reason reason) {
        return cause instanceof DialException dial && dial.reason() == reason;
    }

    private static void pass(Future<Channel> from, Promise<Channel> to) {
        from.addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                to.tryFailure(done.cause());
            } else if (!to.trySuccess(done.getNow())) {
                done.getNow().close();
            }
        });
    }
}
