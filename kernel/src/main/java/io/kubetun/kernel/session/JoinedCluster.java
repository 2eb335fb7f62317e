package io.kubetun.kernel.session;

import com.typesafe.config.Config;
import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.SessionFlows;
import io.kubetun.kernel.inbound.InboundLinks;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.host.NetworkChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster that a session has joined, and what modes need to work in it. A session whose cluster block changes gets
 * another one. Thread-safe.
 */
final class JoinedCluster {
    private static final Logger LOG = LoggerFactory.getLogger(JoinedCluster.class);

    private final Cluster cluster;
    private final ScopedEvents events;
    private final Identity identity;
    private final SessionFlows flows;
    private final CountingDialer dialer;
    private final SessionGateway gateway;
    private final InboundLinks inbound;
    private final ModeContext context;
    private final Function<String, Optional<ModeFactory>> factories;

    JoinedCluster(
            ScopedEvents events,
            SessionFlows flows,
            CountingDialer dialer,
            SessionGateway gateway,
            InboundLinks inbound,
            ModeContext context,
            Function<String, Optional<ModeFactory>> factories) {
        this.cluster = context.cluster();
        this.events = events;
        this.identity = cluster.identity();
        this.flows = flows;
        this.dialer = dialer;
        this.gateway = gateway;
        this.inbound = inbound;
        this.context = context;
        this.factories = factories;
    }

    Cluster cluster() {
        return cluster;
    }

    Identity identity() {
        return identity;
    }

    /** Asks the server for its version: shows that it can be reached. */
    void check() throws KubetunException {
        String version = cluster.check();
        context.progress()
                .step("Connected to " + identity.context() + " (" + identity.server() + ", Kubernetes " + version
                        + ").");
    }

    SessionGateway gateway() {
        return gateway;
    }

    /** Goes the way that a flow goes. Blocks. */
    Explanation explain(Target target) throws InterruptedException {
        Optional<Explanation> through = gateway.explain(target);
        return through.isPresent() ? through.get() : cluster.explain(target);
    }

    /** Lets all connections be looked after that a change on this machine may have broken. */
    void networkChanged(NetworkChange change) {
        cluster.networkChanged(change);
        gateway.networkChanged();
        inbound.networkChanged();
    }

    /** Makes modes: contradictions in their options are found before anything starts. */
    List<ModeRun> create(Map<String, Config> modes) throws KubetunException {
        List<ModeRun> runs = new ArrayList<>();
        for (Map.Entry<String, Config> each : modes.entrySet()) {
            String name = each.getKey();
            ModeFactory factory = factories.apply(name).orElseThrow(() -> StartFailure.unknown("start", name));
            runs.add(ModeRun.create(name, each.getValue(), factory, new ModeScope(name, context, flows, dialer)));
        }
        return List.copyOf(runs);
    }

    /** No new dials from now on. */
    void stopIntake() {
        dialer.close();
    }

    /** Leaves the cluster while the session goes on in another one. */
    void leave() {
        gateway.leave();
        close();
    }

    /** Leaves the cluster; what it still publishes after that is no news of this session. */
    void close() {
        events.close();
        inbound.close();
        try {
            cluster.close();
        } catch (RuntimeException e) {
            LOG.warn("the cluster {} did not close", identity.context(), e);
        }
    }
}
