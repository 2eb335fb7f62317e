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
import io.kubetun.spi.host.Effects;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Puts agents into the pods of workloads and takes them out. Blocks. Thread-safe. */
public final class Interceptor {
    private final WorkloadFinder finder;
    private final Ladder ladder;
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
        Workloads workloads = new Workloads(api, namespace);
        Access access = new Access(api, namespace);
        this.finder = new WorkloadFinder(workloads);
        this.ladder = new Ladder(List.of(
                new EphemeralWay(workloads, catalog, cluster, access, new AgentDoor(pods, loops)),
                new PatchWay(workloads, catalog, cluster, access),
                new TargetPortWay(workloads, new Services(api, namespace), finder, catalog, cluster, access)));
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
     */
    public Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException {
        Workload workload = finder.find(request.workload());
        Intercept intercept =
                new Intercept(request, session, settings.imageName(), settings.pullSecret(), InstantSource.system());
        TakenPorts ports = TakenPorts.of(request, workload);
        try {
            Ladder.Choice choice = ladder.choose(intercept, workload);
            choice.passed().forEach(progress::step);
            return choice.way().put(new Injection(intercept, workload, ports, choice.rungs()), effects, progress);
        } catch (IOException e) {
            throw Refusals.of("cannot intercept " + workload, e);
        }
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
            return held.map(each -> each.holding().spoken());
        } catch (IOException e) {
            throw Refusals.of("cannot find out who has " + workload, e);
        }
    }
}
