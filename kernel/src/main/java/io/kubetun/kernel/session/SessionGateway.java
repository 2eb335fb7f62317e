package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Explanation.Step;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Gateway;
import io.kubetun.spi.cluster.GatewayOffer;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a session goes through a gateway, and why not if it was to. Thread-safe. */
final class SessionGateway {
    private static final Logger LOG = LoggerFactory.getLogger(SessionGateway.class);

    /** A gateway whose pod is ready answers in this time. */
    private static final long LINK_LIMIT_SECONDS = 15;

    private final String session;
    private final Cluster cluster;
    private final SwitchedDialer dialer;
    private final EventLoopGroup loops;
    private final Events events;
    private final Progress progress;
    private final ScopedEffects effects;
    private volatile Optional<GatewayLinks> links = Optional.empty();
    private volatile Optional<String> agentless = Optional.empty();

    SessionGateway(
            String session,
            Cluster cluster,
            SwitchedDialer dialer,
            EventLoopGroup loops,
            Events events,
            Effects effects,
            Progress progress) {
        this.session = session;
        this.cluster = cluster;
        this.dialer = dialer;
        this.loops = loops;
        this.events = events;
        this.progress = progress;
        this.effects = new ScopedEffects("gateway", effects);
    }

    /** The gateway's name, if flows go through one. */
    Optional<String> name() {
        return links.map(GatewayLinks::name);
    }

    /** Why flows go through none although one was wanted. */
    Optional<String> agentless() {
        return agentless;
    }

    /** Finds or deploys what the profile asks for. After a failure the session goes on without, or not at all. */
    void join() throws KubetunException, InterruptedException {
        switch (cluster.gateway(effects, progress)) {
            case GatewayOffer.Agentless(Optional<String> why) -> why.ifPresent(this::without);
            case GatewayOffer.Offered(Gateway gateway, boolean required) -> open(gateway, required);
        }
    }

    private void open(Gateway gateway, boolean required) throws KubetunException, InterruptedException {
        try {
            gateway.open(progress);
            link(gateway);
        } catch (KubetunException e) {
            gateway.close();
            giveUp();
            if (required) {
                throw e;
            }
            without(e.why());
        } catch (InterruptedException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private void link(Gateway gateway) throws KubetunException, InterruptedException {
        GatewayLinks opened = new GatewayLinks(session, gateway, cluster.dialer(), loops, events);
        boolean open = false;
        try {
            Future<Void> first = opened.open();
            open = first.await(LINK_LIMIT_SECONDS, TimeUnit.SECONDS) && first.isSuccess();
            if (!open) {
                throw new KubetunException(
                        ErrorCode.CLUSTER_ERROR,
                        "cannot use the gateway " + gateway.name(),
                        first.isDone()
                                ? String.valueOf(first.cause().getMessage())
                                : "it did not answer within " + LINK_LIMIT_SECONDS + " s",
                        "See docs/gateway.md; without a gateway: --gateway none",
                        first.cause());
            }
            links = Optional.of(opened);
            dialer.use(opened.dialer());
            progress.step("Flows go through the gateway " + gateway.name() + ".");
        } finally {
            if (!open) {
                opened.close();
            }
        }
    }

    private void without(String why) {
        agentless = Optional.of(why);
        progress.step("Going on without a gateway: " + why + ".");
    }

    private void giveUp() {
        for (KubetunException left : effects.undoAll()) {
            LOG.warn("something is left behind: {}", left.getMessage());
            progress.step(left.getMessage());
        }
    }

    void networkChanged() {
        links.ifPresent(GatewayLinks::networkChanged);
    }

    /** Goes the way of one flow; empty if flows go through no gateway. Blocks. */
    Optional<Explanation> explain(Target target) throws InterruptedException {
        Optional<GatewayLinks> there = links;
        return there.isEmpty() ? Optional.empty() : Optional.of(explain(target, there.get()));
    }

    private Explanation explain(Target target, GatewayLinks through) throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("gateway", "Flows go through the gateway " + through.name() + ", over HTTP/2.", 0));
        long start = System.nanoTime();
        Future<InetSocketAddress> where = through.where(target).await();
        if (!where.isSuccess()) {
            steps.add(new Step("name", where.cause().getMessage(), micros(start)));
            return new Explanation(target.toString(), steps, false);
        }
        InetSocketAddress to = where.getNow();
        steps.add(new Step(
                "name",
                "The gateway is to dial " + to.getHostString() + ":" + to.getPort()
                        + (to.isUnresolved() ? ", a name for its own resolver." : "."),
                micros(start)));
        start = System.nanoTime();
        Future<Channel> dialled = through.dialer().dial(target, loops.next()).await();
        if (dialled.isSuccess()) {
            dialled.getNow().close();
        }
        String came = dialled.isSuccess()
                ? "Open. Ends of stream and resets are passed on as they are."
                : "Failed: " + dialled.cause().getMessage();
        steps.add(new Step("dial", came, micros(start)));
        return new Explanation(target.toString(), steps, dialled.isSuccess());
    }

    private static long micros(long start) {
        return (System.nanoTime() - start) / 1_000;
    }

    /** Ends the links. What was made in the cluster is taken back by {@link #leave} or with the session's effects. */
    void close() {
        links.ifPresent(GatewayLinks::close);
    }

    /** Ends the links and takes back what was made for them: the session joins another cluster. */
    void leave() {
        close();
        giveUp();
    }
}
