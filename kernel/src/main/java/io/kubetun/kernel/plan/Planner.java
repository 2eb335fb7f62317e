package io.kubetun.kernel.plan;

import io.kubetun.kernel.flow.CountingDialer;
import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.inbound.InboundLinks;
import io.kubetun.kernel.inbound.Takers;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.ModeContext;
import io.kubetun.kernel.session.SessionNameServing;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.kernel.session.SessionTranslations;
import io.kubetun.kernel.session.StartFailure;
import io.kubetun.kernel.session.StateFolder;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.ClusterProvider;
import io.kubetun.spi.cluster.GatewayOffer;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Host;
import io.kubetun.spi.host.HostProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a session would do, with the same modes in the same cluster on the same machine, and changes nothing:
 * what modes change and open is noted only, and the folders that they write to are copies. What other programs listen on
 * is met by a real start only. Thread-safe.
 */
public final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

    /** How long an interrupted plan may take to let go of the cluster, the helper and its folder. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(2);

    /** Dials that modes may make at the same time. */
    private static final int MAX_DIALS = 64;

    private final ClusterProvider clusters;
    private final HostProvider hosts;
    private final Function<String, Optional<ModeFactory>> factories;
    private final Path stateHome;
    private final int eventLoops;

    /**
     * Takes what sessions are made from.
     *
     * @param clusters opens clusters
     * @param hosts opens this machine
     * @param factories finds a mode by its name
     * @param stateHome the user's folder for state; only read
     * @param eventLoops as many as the session would have, 1 or more
     */
    public Planner(
            ClusterProvider clusters,
            HostProvider hosts,
            Function<String, Optional<ModeFactory>> factories,
            Path stateHome,
            int eventLoops) {
        this.clusters = clusters;
        this.hosts = hosts;
        this.factories = factories;
        this.stateHome = stateHome;
        this.eventLoops = eventLoops;
    }

    /**
     * Makes a plan. Blocks; the work is done on a virtual thread.
     *
     * @param request what the session would be
     * @param progress told each step
     * @return the plan
     * @throws KubetunException if the session could not start, as far as can be seen without doing it
     * @throws InterruptedException if interrupted meanwhile
     */
    public Plan plan(SessionRequest request, Progress progress) throws KubetunException, InterruptedException {
        FutureTask<Plan> task = new FutureTask<>(() -> joined(request, progress));
        Thread worker = Thread.ofVirtual().name("plan").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            worker.interrupt();
            worker.join(END_PATIENCE);
            throw e;
        } catch (ExecutionException e) {
            throw StartFailure.of("the plan of " + request.profile().name() + " could not be made", e.getCause());
        }
    }

    private Plan joined(SessionRequest request, Progress progress) throws KubetunException, InterruptedException {
        Profile profile = request.profile();
        Optional<Path> helper = request.helper();
        Events events = new NoEvents();
        try (ScratchCopy scratch = ScratchCopy.create();
                Host host = hosts.open(helper);
                NettyTransport transport = new NettyTransport(eventLoops, NettyTransport.pool(eventLoops));
                Cluster cluster = clusters.open(
                        profile.cluster(),
                        new ClusterEnvironment(Plan.SESSION, transport, events, progress, request.variables()))) {
            Identity identity = cluster.identity();
            Dialer dialer = new CountingDialer(Plan.SESSION, cluster.dialer(), new FlowCounts(), MAX_DIALS, events);
            Path state = scratch.of(StateFolder.of(stateHome, identity, profile.name()), "state");
            Path shared = scratch.of(StateFolder.ofAll(stateHome), "shared");
            PlannedModes modes = new PlannedModes(LowPorts.ofThisProcess(), helper.isPresent());
            modes.create(
                    profile.modes(),
                    factories,
                    (effects, flows) -> new ModeContext(
                            Plan.SESSION,
                            profile.name(),
                            cluster,
                            dialer,
                            host,
                            effects,
                            events,
                            flows,
                            (device, handler) -> {
                                throw new UnsupportedOperationException("a plan has no packets");
                            },
                            new SessionTranslations(),
                            new InboundLinks(
                                    identity.server(), new Takers(), cluster.dialer(), transport.eventLoops(), shared),
                            new SessionNameServing(),
                            // A mode would tell of what it has not done.
                            line -> LOG.debug("a mode would say: {}", line),
                            state,
                            shared,
                            true));
            String version = cluster.check();
            progress.step("Connected to " + identity.context() + " (" + identity.server() + ", Kubernetes " + version
                    + "), to look only.");
            List<Plan.Listener> listeners = new ArrayList<>();
            List<Plan.Caller> callers = new ArrayList<>();
            List<Plan.Change> changes = new ArrayList<>(gateway(cluster, progress));
            changes.addAll(modes.run(listeners, callers));
            return new Plan(profile.name(), identity, changes, listeners, callers);
        }
    }

    /** What the session would do for its gateway, which no mode does. */
    private static List<Plan.Change> gateway(Cluster cluster, Progress progress) throws KubetunException {
        NotedEffects effects = new NotedEffects();
        GatewayOffer offer = cluster.gateway(effects, line -> LOG.debug("the cluster would say: {}", line));
        if (offer instanceof GatewayOffer.Agentless(Optional<String> why)) {
            why.ifPresent(reason -> progress.step("It would go without a gateway: " + reason + "."));
        }
        return effects.all().stream()
                .map(effect -> Plan.Change.of("gateway", effect))
                .toList();
    }
}
