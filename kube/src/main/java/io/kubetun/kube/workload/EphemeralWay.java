package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.EphemeralAgent;
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
import java.util.stream.Stream;

/**
 * The agent and its rules as ephemeral containers: added to the pods as they run, without a restart. A container that sets
 * the rules and ends, and the agent.
 *
 * @param workloads ask the API server
 * @param catalog what the cluster holds
 * @param cluster how the cluster was reached, for the journal
 * @param access what the user may do
 * @param door where agents are told to end
 * @see <a href="https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/">Kubernetes: ephemeral
 *     containers</a>
 */
record EphemeralWay(Workloads workloads, Catalog catalog, JournalledCluster cluster, Access access, AgentDoor door)
        implements AgentWay {
    private static final int NOT_FOUND = 404;

    @Override
    public Way way() {
        return Way.EPHEMERAL;
    }

    @Override
    public Optional<KubetunException> obstacle(Intercept intercept, Workload workload) throws IOException {
        try {
            List<Tree> running = running(workload);
            Tree pod = running.isEmpty() ? Tree.MISSING : running.getFirst();
            Suitability.checkPods(workload, pod);
            if (running.isEmpty()) {
                return refusal(
                        workload,
                        ErrorCode.TARGET_NOT_READY,
                        "none of its pods runs",
                        "See why: kubectl -n " + workload.namespace() + " get pods");
            }
            Optional<String> secret = intercept
                    .pullSecret()
                    .filter(name -> pod.at("spec", "imagePullSecrets").items().stream()
                            .noneMatch(each -> each.at("name").text().equals(Optional.of(name))));
            if (secret.isPresent()) {
                return refusal(
                        workload,
                        ErrorCode.TARGET_UNSUPPORTED,
                        "a pod that runs cannot be given the Secret " + secret.get()
                                + " to pull the agent's image with",
                        "Go without: leave --image-pull-secret out");
            }
            Optional<String> missing = access.missing(List.of(
                    new AccessReview("patch", "", "pods", "ephemeralcontainers"),
                    new AccessReview("list", "", "pods"),
                    new AccessReview("get", "", "pods")));
            if (missing.isPresent()) {
                return Optional.of(Refusals.forbidden("cannot intercept " + workload, missing.get(), null));
            }
            TakenPorts ports = TakenPorts.of(intercept.request(), workload);
            return asked(new Injection(intercept, workload, ports, ""), pod);
        } catch (KubetunException e) {
            return Optional.of(e);
        }
    }

    private Optional<KubetunException> asked(Injection injection, Tree pod) throws IOException {
        Workload workload = injection.workload();
        String next = "Take another way: --way " + Way.PATCH;
        return new AddedContainers(workloads, injection)
                .refusal(pod)
                .flatMap(e -> e.status() == NOT_FOUND
                        ? refusal(
                                workload,
                                ErrorCode.TARGET_UNSUPPORTED,
                                "its API server knows no ephemeral containers",
                                next)
                        : refusal(
                                workload,
                                e.forbidden() ? ErrorCode.FORBIDDEN : ErrorCode.CLUSTER_ERROR,
                                "the cluster refuses ephemeral containers: " + ApiErrors.reason(e),
                                next));
    }

    private List<Tree> running(Workload workload) throws IOException {
        return workloads.pods(workload.query(), EphemeralAgents.MAX_PODS).stream()
                .filter(EphemeralAgents::runs)
                .toList();
    }

    private static Optional<KubetunException> refusal(Workload workload, ErrorCode code, String why, String next) {
        return Optional.of(new KubetunException(code, "cannot intercept " + workload, why, next));
    }

    @Override
    public Interception put(Injection injection, Effects effects, Progress progress) throws KubetunException {
        Workload workload = injection.workload();
        Following following = new Following(() -> new FollowedAgents(
                Way.EPHEMERAL,
                injection.owned(),
                injection.intercept().request().ownerKey(),
                workload,
                catalog));
        EphemeralAgents agents = new EphemeralAgents(injection, workloads, following, door);
        Effect change = EphemeralChange.of(
                injection.owned(),
                workload.query(),
                injection.preview("add an agent to the pods of " + workload
                        + " as they run: an ephemeral container without rights and one that may change the pod's network"
                        + " (NET_ADMIN) and ends at once, both of "
                        + injection.intercept().image()
                        + "; their entries stay until the pods are replaced"),
                cluster.data(),
                agents::addToAll,
                () -> new EphemeralChange.Reached(new EndedAgents(workloads, door), () -> {}));
        progress.step("Adding an agent to the pods of " + workload + " as they run.");
        boolean made = false;
        try {
            effects.apply(change);
            made = true;
        } finally {
            if (!made) {
                agents.close();
            }
        }
        return new InterceptedWorkload(
                Way.EPHEMERAL,
                injection,
                workload,
                change,
                effects,
                workloads,
                following,
                new InterceptedWorkload.Keeper() {
                    @Override
                    public void begin() {
                        agents.follow();
                    }

                    @Override
                    public List<String> notes() {
                        return Stream.concat(agents.notes().stream(), remains(workload).stream())
                                .toList();
                    }

                    @Override
                    public void close() {
                        agents.close();
                    }
                });
    }

    @Override
    public Optional<Holding> holding(Workload workload) throws IOException {
        return workloads.pods(workload.query(), EphemeralAgents.MAX_PODS).stream()
                .filter(EphemeralAgents::runs)
                .flatMap(pod -> EphemeralAgent.all(pod).stream())
                .filter(EphemeralAgent::live)
                .findFirst()
                .map(Holding::of);
    }

    @Override
    public Optional<String> remains(Workload workload) {
        return Optional.of("The entries of the agents stay in the pods of " + workload
                + ", also after their end, until the pods are replaced.");
    }

    @Override
    public Effect leaving(Workload workload, Holding holding) {
        return LeaveChangeType.of(new EndedAgents(workloads, door), workload, holding);
    }
}
