package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the workload that a name means: itself, what owns it, or what is behind it. Blocks. Thread-safe. */
final class WorkloadFinder {
    /** A Service's pods are looked at up to here; the workloads behind them are few. */
    private static final int MAX_PODS = 500;

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    /** On the image in the API of a pod that its node has from a file. */
    private static final String MIRROR = "kubernetes.io/config.mirror";

    private final Workloads workloads;

    WorkloadFinder(Workloads workloads) {
        this.workloads = workloads;
    }

    /**
     * Finds it.
     *
     * @param name the name that was typed
     * @return a workload; a pod only if none has it
     * @throws KubetunException with the reason and what to type instead, if it means none
     */
    Workload find(WorkloadName name) throws KubetunException {
        try {
            return switch (name.kind()) {
                case DEPLOYMENT, STATEFULSET, DAEMONSET ->
                    workloads
                            .find(name.kind(), name.name())
                            .orElseThrow(() ->
                                    unknown(name, "kubectl get " + name.kind().plural()));
                case REPLICASET -> ownerOfReplicaSet(name);
                case SERVICE -> behindService(name);
                case POD -> pod(name);
                case JOB ->
                    throw refused(
                            name,
                            "the template of a Job cannot be changed, and its pods serve nobody: they run to their end",
                            "Intercept what they are called by or call: kubectl get deployments,statefulsets,daemonsets");
            };
        } catch (IOException e) {
            throw Refusals.of("cannot find " + name + " in " + workloads.namespace(), e);
        }
    }

    private Workload ownerOfReplicaSet(WorkloadName name) throws KubetunException, IOException {
        Tree replicaSet =
                workloads.get(Kind.REPLICASET, name.name()).orElseThrow(() -> unknown(name, "kubectl get replicasets"));
        Optional<Owner> owner = owner(replicaSet);
        if (owner.isEmpty()) {
            throw refused(
                    name,
                    "nothing replaces its pods when its template changes: no Deployment owns it",
                    "Make a Deployment of it: kubectl create deployment");
        }
        return follow(name, owner.get());
    }

    private Workload follow(WorkloadName name, Owner owner) throws KubetunException, IOException {
        WorkloadName workload = owner.withTemplate()
                .orElseThrow(() -> refused(
                        name,
                        "its pods belong to " + owner + ", which is no Deployment, StatefulSet or DaemonSet",
                        "Name one of these: kubectl get deployments,statefulsets,daemonsets"));
        return workloads.find(workload.kind(), workload.name()).orElseThrow(() -> unknown(workload, "kubectl get all"));
    }

    private Workload behindService(WorkloadName name) throws KubetunException, IOException {
        ServiceDocument service = new ServiceDocument(
                workloads.get(Kind.SERVICE, name.name()).orElseThrow(() -> unknown(name, "kubectl get services")));
        if (service.query().isEmpty()) {
            throw refused(
                    name, "it has no selector, so no pods of its own", "Name the workload: kubectl get deployments");
        }
        Behind found = find(service.query());
        List<String> all = found.all();
        if (all.size() != 1) {
            throw refused(
                    name,
                    all.isEmpty() ? "no pod is behind it" : "several are behind it: " + String.join(", ", all),
                    all.isEmpty()
                            ? "Name the workload: kubectl get deployments"
                            : "Name one: kubetun intercept " + all.getFirst());
        }
        if (found.owners().isEmpty()) {
            return pod(WorkloadName.parse(all.getFirst()).orElseThrow());
        }
        return follow(name, found.owners().iterator().next());
    }

    /** What is behind a selector: workloads, and pods that belong to nobody, as people type them. Blocks. */
    List<String> behind(String labels) throws IOException {
        return find(labels).all();
    }

    private Behind find(String labels) throws IOException {
        List<String> alone = new ArrayList<>();
        Set<Owner> owners = new LinkedHashSet<>();
        for (Tree pod : workloads.pods("labelSelector=" + ApiClient.encode(labels), MAX_PODS)) {
            if (!ENDED.contains(pod.at("status", "phase").text().orElse(""))) {
                owner(pod)
                        .ifPresentOrElse(
                                owners::add,
                                () -> alone.add("pod/"
                                        + pod.at("metadata", "name").text().orElse("")));
            }
        }
        Set<Owner> behind = new LinkedHashSet<>();
        for (Owner owner : owners) {
            behind.add(owner.isReplicaSet() ? deploymentOf(owner) : owner);
        }
        return new Behind(behind, alone);
    }

    /** Pods' owners, and pods without one. */
    private record Behind(Set<Owner> owners, List<String> alone) {
        List<String> all() {
            return Stream.concat(owners.stream().map(Owner::toString), alone.stream())
                    .sorted()
                    .toList();
        }
    }

    private Owner deploymentOf(Owner replicaSet) throws IOException {
        return workloads
                .get(Kind.REPLICASET, replicaSet.name())
                .flatMap(WorkloadFinder::owner)
                .orElse(replicaSet);
    }

    private Workload pod(WorkloadName name) throws KubetunException, IOException {
        Tree pod = workloads.get(Kind.POD, name.name()).orElseThrow(() -> unknown(name, "kubectl get pods"));
        if (pod.at("metadata", "annotations", MIRROR).present()) {
            throw refused(
                    name,
                    "a file on its node describes it (a static pod), so that nothing can be added to it by the API",
                    "Intercept what is not part of a node: kubectl get deployments,statefulsets,daemonsets");
        }
        Optional<Owner> owner = owner(pod);
        if (owner.isEmpty()) {
            return new Workload(Kind.POD, workloads.namespace(), name.name(), pod);
        }
        return follow(name, owner.get().isReplicaSet() ? deploymentOf(owner.get()) : owner.get());
    }

    /** Who controls an object. */
    private static Optional<Owner> owner(Tree object) {
        return object.at("metadata", "ownerReferences").items().stream()
                .filter(owner -> owner.at("controller").flag(true))
                .findFirst()
                .map(owner -> new Owner(
                        owner.at("kind").text().orElse("").toLowerCase(Locale.ROOT),
                        owner.at("name").text().orElse("")));
    }

    /** It may be of a kind that is none of Kubernetes' own. */
    private record Owner(String kind, String name) {
        boolean isReplicaSet() {
            return kind.equals(Kind.REPLICASET.toString());
        }

        Optional<WorkloadName> withTemplate() {
            return WorkloadName.parse(toString()).filter(owner -> Workload.WITH_TEMPLATE.contains(owner.kind()));
        }

        @Override
        public String toString() {
            return kind + "/" + name;
        }
    }

    private KubetunException unknown(WorkloadName name, String next) {
        return new KubetunException(
                ErrorCode.TARGET_UNKNOWN,
                "cannot intercept " + name,
                "there is none of that name in namespace " + workloads.namespace(),
                "See what there is: " + next + " -n " + workloads.namespace());
    }

    private KubetunException refused(WorkloadName name, String why, String next) {
        return new KubetunException(
                ErrorCode.TARGET_UNSUPPORTED, "cannot intercept " + name + " in " + workloads.namespace(), why, next);
    }
}
