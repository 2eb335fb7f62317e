package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.environment.ContainerEnvironment;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.WorkloadEnvironment;
import io.kubetun.spi.cluster.WorkloadName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds what a workload's process has in its environment. Blocks. Thread-safe. */
public final class EnvironmentFinder {
    private static final int MAX_PODS = 100;

    private final Workloads workloads;
    private final WorkloadFinder finder;

    /**
     * Makes it; asks nothing yet.
     *
     * @param api the API server
     * @param namespace the active namespace
     */
    public EnvironmentFinder(ApiClient api, String namespace) {
        this.workloads = new Workloads(api, namespace);
        this.finder = new WorkloadFinder(workloads);
    }

    /**
     * Reads it for the newest of the workload's pods that run.
     *
     * @param name the workload
     * @param container the container's name; empty for the first
     * @return the environment
     * @throws KubetunException if it has no pod or no such container, or something may not be read
     */
    public WorkloadEnvironment find(WorkloadName name, String container) throws KubetunException {
        Workload workload = finder.find(name);
        try {
            Tree pod = workloads.pods(workload.query(), MAX_PODS).stream()
                    .filter(each -> each.at("status", "phase").text().equals(Optional.of("Running")))
                    .max((one, other) -> created(one).compareTo(created(other)))
                    .orElseThrow(() -> unknown(
                            workload, "none of its pods runs", "See them: kubectl get pods -l " + workload.selector()));
            List<Tree> containers = pod.at("spec", "containers").items();
            Tree chosen = containers.stream()
                    .filter(each ->
                            container.isEmpty() || each.at("name").text().equals(Optional.of(container)))
                    .findFirst()
                    .orElseThrow(() -> unknown(
                            workload,
                            "it has no container " + container,
                            "Name one of these: "
                                    + String.join(
                                            ", ",
                                            containers.stream()
                                                    .flatMap(each -> each.at("name").text().stream())
                                                    .toList())));
            return new WorkloadEnvironment(
                    pod.at("metadata", "name").text().orElse(""),
                    chosen.at("name").text().orElse(""),
                    new ContainerEnvironment(this::source).read(pod, chosen));
        } catch (IOException e) {
            throw Refusals.of("cannot read the environment of " + workload, e);
        }
    }

    private static String created(Tree pod) {
        return pod.at("metadata", "creationTimestamp").text().orElse("");
    }

    private Optional<Tree> source(String plural, String name) throws IOException {
        return workloads.api().find("/api/v1/namespaces/" + workloads.namespace() + "/" + plural + "/" + name);
    }

    private static KubetunException unknown(Workload workload, String why, String next) {
        return new KubetunException(ErrorCode.TARGET_UNKNOWN, "cannot read the environment of " + workload, why, next);
    }
}
