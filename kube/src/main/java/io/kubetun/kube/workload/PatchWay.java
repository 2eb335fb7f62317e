package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.examine.AccessReview;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The agent and its rules by the pod template: the pods are replaced.
 *
 * @param workloads ask the API server
 * @param catalog what the cluster holds
 * @param cluster how the cluster was reached, for the journal
 * @param access what the user may do
 */
record PatchWay(Workloads workloads, Catalog catalog, JournalledCluster cluster, Access access) implements AgentWay {
    @Override
    public Way way() {
        return Way.PATCH;
    }

    @Override
    public Optional<KubetunException> obstacle(Intercept intercept, Workload workload) throws IOException {
        Tree pod;
        try {
            pod = Intercept.onePod(workloads, workload);
            intercept.patch(workload, pod);
        } catch (KubetunException e) {
            return Optional.of(e);
        }
        // What would fail only when the pods are being replaced already.
        Optional<KubetunException> missing = access.missing(List.of(
                        new AccessReview("patch", "apps", workload.kind().plural()),
                        new AccessReview("list", "", "pods")))
                .map(verb -> Refusals.forbidden("cannot intercept " + workload, verb, null));
        if (missing.isPresent()) {
            return missing;
        }
        Optional<KubetunException> refused =
                EphemeralAgents.runs(pod) ? security(intercept, workload, pod) : Optional.empty();
        return refused.isPresent() ? refused : standard(workload);
    }

    /** Who may ask whether a pod that runs is let have such containers, knows it of its successors before they are made. */
    private Optional<KubetunException> security(Intercept intercept, Workload workload, Tree pod) throws IOException {
        try {
            Injection injection = new Injection(intercept, workload, TakenPorts.of(intercept.request(), workload), "");
            return new AddedContainers(workloads, injection)
                    .refusal(pod)
                    .filter(AddedContainers::byPodSecurity)
                    .map(e -> refusedByPodSecurity(workload, "its pods would be refused: " + e.getMessage()));
        } catch (KubetunException e) {
            return Optional.of(e);
        }
    }

    /** Who may not ask that, or has no pod to ask it of, reads what the namespace says. */
    private Optional<KubetunException> standard(Workload workload) throws IOException {
        return PodSecurity.standard(workloads.api(), workload.namespace())
                .map(standard -> refusedByPodSecurity(
                        workload,
                        "its namespace enforces the Pod Security Standard " + standard
                                + ", which forbids the init container's NET_ADMIN"));
    }

    private static KubetunException refusedByPodSecurity(Workload workload, String why) {
        return new KubetunException(
                ErrorCode.FORBIDDEN,
                "cannot intercept " + workload,
                why,
                "Take the way that needs no capability: --way " + Way.TARGET_PORT);
    }

    @Override
    public Interception put(Injection injection, Effects effects, Progress progress) throws KubetunException {
        Workload workload = injection.workload();
        Intercept intercept = injection.intercept();
        Owned owned = injection.owned();
        AtomicReference<Workload> changed = new AtomicReference<>(workload);
        Effect change = InterceptChange.of(
                owned,
                injection.preview("put an agent into the pods of " + workload
                        + ", which are replaced: a container without rights and an init"
                        + " container that may change the pod's network (NET_ADMIN), both of " + intercept.image()),
                cluster.with(owned.data()),
                () -> changed.set(intercept.put(workloads, workload)),
                () -> new InterceptChange.Reached(workloads.api(), () -> {}));
        progress.step("Putting an agent into the pods of " + workload + ".");
        effects.apply(change);
        Workload now = changed.get();
        return new InterceptedWorkload(
                Way.PATCH,
                injection,
                now,
                change,
                effects,
                workloads,
                new Following(() ->
                        new FollowedAgents(Way.PATCH, owned, intercept.request().ownerKey(), now, catalog)),
                InterceptedWorkload.Keeper.NONE);
    }

    @Override
    public Optional<Holding> holding(Workload workload) {
        return Entrances.areIn(workload) ? Optional.empty() : Holding.of(workload);
    }

    @Override
    public Effect leaving(Workload workload, Holding holding) {
        return LeaveChangeType.of(workloads, workload, holding);
    }
}
