package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a workload's pods can have an agent, by a change of their template too, and who else changes that. */
final class Suitability {
    /** What a service mesh puts into pods, with its name and with how pods go without it. */
    private static final Map<String, Mesh> MESHES = Map.of(
            "istio-proxy", new Mesh("Istio", "sidecar.istio.io/inject=false"),
            "istio-init", new Mesh("Istio", "sidecar.istio.io/inject=false"),
            "linkerd-proxy", new Mesh("Linkerd", "linkerd.io/inject=disabled"),
            "linkerd-init", new Mesh("Linkerd", "linkerd.io/inject=disabled"));

    private record Mesh(String name, String without) {}

    private Suitability() {}

    /**
     * Checks the pods: whichever way the agent gets in.
     *
     * @param workload the workload
     * @param pod one of its pods as it is: it may have more containers than its template says
     * @throws KubetunException with TARGET_UNSUPPORTED and the reason, if not
     */
    static void checkPods(Workload workload, Tree pod) throws KubetunException {
        if (workload.pod().at("hostNetwork").flag(false)) {
            throw refused(
                    workload,
                    "its pods have the node's network (hostNetwork): the rules would take the node's traffic",
                    "Give them a network of their own, or reach it as it is: kubetun forward");
        }
        if (workload.pod().at("os", "name").text().equals(Optional.of("windows"))) {
            throw refused(
                    workload,
                    "its pods run on Windows, which has no nftables",
                    "Intercept a workload that runs on Linux.");
        }
        Optional<Mesh> mesh = mesh(workload.pod()).or(() -> mesh(pod.at("spec")));
        if (mesh.isPresent()) {
            throw refused(
                    workload,
                    "its pods have a sidecar of " + mesh.get().name()
                            + ", which takes the same traffic: it would come to the laptop encrypted, or not at all",
                    "Have its pods go without: " + mesh.get().without() + " in its pod template");
        }
        boolean taken = workload.containers().stream()
                .flatMap(container -> container.at("ports").items().stream())
                .anyMatch(port -> port.at("containerPort").number().orElse(0) == AgentContainers.PORT);
        if (taken) {
            throw refused(
                    workload,
                    "its pods listen on port " + AgentContainers.PORT + " themselves, which is the agent's",
                    "Have it listen on another port.");
        }
    }

    /** Checks whether pods with an agent in their template would come. */
    static void checkRollout(Workload workload) throws KubetunException {
        if (workload.isBare()) {
            throw refused(
                    workload,
                    "nobody would replace the pod by another one with an agent",
                    "Run it as a Deployment: kubectl create deployment");
        }
        if (workload.document().at("spec", "paused").flag(false)) {
            throw refused(
                    workload,
                    "its rollouts are paused: no pod would get the agent",
                    "Type: kubectl -n " + workload.namespace() + " rollout resume " + workload.spoken());
        }
        if (workload.document().at("spec", "updateStrategy", "type").text().equals(Optional.of("OnDelete"))) {
            throw refused(
                    workload,
                    "its updateStrategy is OnDelete: no pod would get the agent until somebody deletes it",
                    "Set it to RollingUpdate: kubectl -n " + workload.namespace() + " edit " + workload.spoken());
        }
    }

    private static Optional<Mesh> mesh(Tree pod) {
        return Stream.of("containers", "initContainers")
                .flatMap(list -> pod.at(list).items().stream())
                .flatMap(container -> container.at("name").text().stream())
                .flatMap(name -> Optional.ofNullable(MESHES.get(name)).stream())
                .findFirst();
    }

    /** What changes the workload back, by the marks that it leaves: a sentence each. */
    static List<String> notes(Workload workload) {
        List<String> notes = new ArrayList<>();
        manager(workload)
                .ifPresent(manager -> notes.add(manager + " manages " + workload
                        + " and may take the agent out again: have it pause while the intercept lasts."));
        workload.document()
                .at("spec", "updateStrategy", "rollingUpdate", "partition")
                .number()
                .filter(partition -> partition > 0)
                .ifPresent(partition -> notes.add("Pods of " + workload + " below number " + partition
                        + " get no agent: its updateStrategy has a partition."));
        return notes;
    }

    private static Optional<String> manager(Workload workload) {
        Tree labels = workload.document().at("metadata", "labels");
        Tree annotations = workload.document().at("metadata", "annotations");
        Optional<String> argo = labels.at("argocd.argoproj.io/instance")
                .text()
                .or(() ->
                        annotations.at("argocd.argoproj.io/tracking-id").text().map(id -> id.split(":", 2)[0]));
        if (argo.isPresent()) {
            return Optional.of("Argo CD (application " + argo.get() + ")");
        }
        Optional<String> flux = labels.at("kustomize.toolkit.fluxcd.io/name")
                .text()
                .map(name -> "Kustomization " + name)
                .or(() -> labels.at("helm.toolkit.fluxcd.io/name").text().map(name -> "HelmRelease " + name));
        if (flux.isPresent()) {
            return Optional.of("Flux (" + flux.get() + ")");
        }
        return labels.at("app.kubernetes.io/managed-by")
                .text()
                .filter(by -> by.toLowerCase(Locale.ROOT).matches("flux.*|argo.*"));
    }

    private static KubetunException refused(Workload workload, String why, String next) {
        return new KubetunException(ErrorCode.TARGET_UNSUPPORTED, "cannot intercept " + workload, why, next);
    }
}
