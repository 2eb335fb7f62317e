package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.examine.AccessReview;
import io.kubetun.kube.gateway.GatewaySettings;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts agents into the pods of workloads and takes them out. Blocks. Thread-safe. */
public final class Interceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Interceptor.class);

    private final Workloads workloads;
    private final WorkloadFinder finder;
    private final Catalog catalog;
    private final GatewaySettings settings;
    private final JournalledCluster cluster;
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
     */
    public Interceptor(
            ApiClient api,
            String namespace,
            Catalog catalog,
            GatewaySettings settings,
            JournalledCluster cluster,
            String session) {
        this.workloads = new Workloads(api, namespace);
        this.finder = new WorkloadFinder(workloads);
        this.catalog = catalog;
        this.settings = settings;
        this.cluster = cluster;
        this.session = session;
    }

    /**
     * Has an agent put into a workload's pods.
     *
     * @param request what shall be taken
     * @param effects makes the change, or only notes it
     * @param progress told what is done
     * @return the workload, whose pods are about to be replaced
     * @throws KubetunException if it cannot be done; nothing is changed then
     */
    public Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException {
        Workload workload = finder.find(request.workload());
        Intercept intercept =
                new Intercept(request, session, settings.imageName(), settings.pullSecret(), InstantSource.system());
        checkFirst(intercept, workload);
        TakenPorts ports = TakenPorts.of(request, workload);
        Owned owned =
                new Owned(workload.kind(), workload.namespace(), workload.name(), intercept.fingerprint(), session);
        AtomicReference<Workload> changed = new AtomicReference<>(workload);
        InterceptChange change = new InterceptChange(
                owned,
                "put an agent into the pods of " + workload
                        + ", which are replaced: a container without rights and an init"
                        + " container that may change the pod's network (NET_ADMIN), both of " + settings.imageName()
                        + "; it takes " + ports + " to this machine",
                cluster.with(owned.data()),
                () -> changed.set(intercept.put(workloads, workload)),
                () -> new InterceptChange.Reached(workloads.api(), () -> {}));
        progress.step("Putting an agent into the pods of " + workload + ".");
        effects.apply(change);
        return new InterceptedWorkload(changed.get(), request, ports, owned, change, effects, workloads, catalog);
    }

    private void checkFirst(Intercept intercept, Workload workload) throws KubetunException {
        try {
            Tree pod = Intercept.onePod(workloads, workload);
            intercept.patch(workload, pod);
            Optional<String> missing = missing(workload);
            if (missing.isPresent()) {
                throw Refusals.forbidden("cannot intercept " + workload, missing.get(), null);
            }
        } catch (IOException e) {
            throw Refusals.of("cannot intercept " + workload, e);
        }
    }

    /** What would fail only when the pods are being replaced already. */
    private Optional<String> missing(Workload workload) {
        String namespace = workload.namespace();
        AccessReview socket = new AccessReview("get", "", "pods", "portforward");
        AccessReview post = new AccessReview("create", "", "pods", "portforward");
        try {
            for (AccessReview needed : List.of(
                    new AccessReview("patch", "apps", workload.kind().plural()),
                    new AccessReview("list", "", "pods"))) {
                if (!needed.ask(workloads.api(), namespace)) {
                    return Optional.of(needed.in(namespace));
                }
            }
            return post.ask(workloads.api(), namespace) || socket.ask(workloads.api(), namespace)
                    ? Optional.empty()
                    : Optional.of(post.in(namespace));
        } catch (IOException e) {
            // Who may not even ask finds out by doing.
            LOG.debug("did not ask what this user may do", e);
            return Optional.empty();
        }
    }

    /**
     * Has the agent taken out of a workload's pods, whoever had it put there.
     *
     * @param name the workload
     * @param effects makes the change
     * @return whose it was; empty if there was none
     * @throws KubetunException if it cannot be done
     */
    public Optional<String> leave(WorkloadName name, Effects effects) throws KubetunException {
        Workload workload = finder.find(name);
        Optional<Holding> holding = Holding.of(workload);
        if (holding.isPresent()) {
            effects.apply(LeaveChangeType.of(workloads, workload, holding.get()));
        }
        return holding.map(Holding::spoken);
    }
}
