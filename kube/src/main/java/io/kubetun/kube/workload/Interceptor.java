package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.gateway.GatewaySettings;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Puts agents into the pods of workloads and takes them out. Blocks. Thread-safe. */
public final class Interceptor {
    /** From the word to end until the API server says that a container has. */
    private static final Duration ENDING = Duration.ofSeconds(3);

    private static final Duration ASKED_AGAIN = Duration.ofMillis(200);

    private final WorkloadFinder finder;
    private final Ladder ladder;
    private final Workloads workloads;
    private final Showing showing;
    private final Turn turn;
    private final GatewaySettings settings;
    private final String session;

    /**
     * Makes it; asks nothing yet.
     *
     * @param api the API server
     * @param namespace the active namespace
     * @param catalog what the cluster holds
     * @param settings which image
     * @param cluster how the cluster was reached, for the journal
     * @param session the session's id
     * @param pods the way into pods
     * @param loops what connections to pods live on
     */
    public Interceptor(
            ApiClient api,
            String namespace,
            Catalog catalog,
            GatewaySettings settings,
            JournalledCluster cluster,
            String session,
            PodDialer pods,
            EventLoopGroup loops) {
        this.workloads = new Workloads(api, namespace);
        Access access = new Access(api, namespace);
        this.finder = new WorkloadFinder(workloads);
        this.ladder = new Ladder(List.of(
                new EphemeralWay(workloads, catalog, cluster, access, new AgentDoor(pods, loops)),
                new PatchWay(workloads, catalog, cluster, access),
                new TargetPortWay(workloads, new Services(api, namespace), finder, catalog, cluster, access)));
        this.showing = new Showing(new ShownLeases(api, namespace), workloads, ladder, cluster, access);
        this.turn = new Turn(workloads, ladder, showing);
        this.settings = settings;
        this.session = session;
    }

    /**
     * Has an agent put into a workload's pods, by the first way that can be gone.
     *
     * @param request what shall be taken
     * @param effects makes the change, or only notes it
     * @param progress told what is done, in what way and why
     * @return the workload, whose pods are about to have their agent
     * @throws KubetunException if it cannot be done; nothing is changed then
     * @throws InterruptedException if interrupted while somebody else has it
     */
    public Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException, InterruptedException {
        Workload workload = finder.find(request.workload());
        Intercept intercept =
                new Intercept(request, session, settings.imageName(), settings.pullSecret(), InstantSource.system());
        long until = System.nanoTime() + request.patience().toNanos();
        try {
            while (true) {
                Optional<Holding> other = turn.other(intercept, workload);
                if (other.isPresent()) {
                    if (request.patience().isZero()) {
                        throw intercept.held(workload, other.get(), showing.silentSince(workload, other.get()));
                    }
                    workload = turn.await(intercept, workload, until, progress);
                }
                try {
                    return put(intercept, workload, effects, progress);
                } catch (KubetunException e) {
                    if (request.patience().isZero()
                            || turn.other(intercept, workloads.now(workload)).isEmpty()) {
                        throw e;
                    }
                    // Somebody else who waited was faster.
                    workload = workloads.now(workload);
                }
            }
        } catch (IOException e) {
            throw Refusals.of("cannot intercept " + workload, e);
        }
    }

    private Interception put(Intercept intercept, Workload workload, Effects effects, Progress progress)
            throws KubetunException, IOException, InterruptedException {
        TakenPorts ports = TakenPorts.of(intercept.request(), workload);
        Ladder.Choice choice = ladder.choose(intercept, workload, held(intercept, workload));
        choice.passed().forEach(progress::step);
        Injection injection = new Injection(intercept, workload, ports, choice.rungs());
        return showing.around(injection, effects, () -> choice.way().put(injection, effects, progress));
    }

    /** Who has it, when agents that the owner has just left have had a moment to end. */
    private Optional<Ladder.Held> held(Intercept intercept, Workload workload)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + ENDING.toNanos();
        Optional<Ladder.Held> held = ladder.held(workload);
        while (held.isPresent() && intercept.isEnding(held.get()) && System.nanoTime() < end) {
            Thread.sleep(ASKED_AGAIN);
            held = ladder.held(workload);
        }
        return held;
    }

    /**
     * Has the agent taken out of a workload's pods, whoever had it put there.
     *
     * @param name the workload
     * @param effects makes the change
     * @param progress told what stays
     * @return whose it was; empty if there was none
     * @throws KubetunException if it cannot be done
     */
    public Optional<String> leave(WorkloadName name, Effects effects, Progress progress) throws KubetunException {
        Workload workload = finder.find(name);
        try {
            Optional<Ladder.Held> held = ladder.held(workload);
            if (held.isPresent()) {
                effects.apply(held.get().way().leaving(workload, held.get().holding()));
                held.get().way().remains(workload).ifPresent(progress::step);
            }
            Optional<Effect> ended = showing.ended(workload, held.map(Ladder.Held::holding));
            if (ended.isPresent()) {
                effects.apply(ended.get());
            }
            return held.map(each -> each.holding().spoken());
        } catch (IOException e) {
            throw Refusals.of("cannot find out who has " + workload, e);
        }
    }
}
