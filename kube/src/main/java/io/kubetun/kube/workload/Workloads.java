package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What keeps pods in one namespace, through the API server. Blocks. Thread-safe. */
final class Workloads {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int MAX_EVENTS = 100;

    private final ApiClient api;
    private final String namespace;

    Workloads(ApiClient api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    ApiClient api() {
        return api;
    }

    String namespace() {
        return namespace;
    }

    /** Gets any of the kinds that people name; empty if there is none of that name. */
    Optional<Tree> get(Kind kind, String name) throws IOException {
        return api.find(path(kind, name));
    }

    /** Gets one that has a template. */
    Optional<Workload> find(Kind kind, String name) throws IOException {
        return get(kind, name).map(document -> new Workload(kind, namespace, name, document));
    }

    /** Gets one as it is now; as it was seen, if it is gone. */
    Workload now(Workload seen) throws IOException {
        return find(seen.kind(), seen.name()).orElse(seen);
    }

    /** Lists pods, at most as many as the limit, as {@link Workload#query} finds them. */
    List<Tree> pods(String query, int limit) throws IOException {
        return api.get(collection(Kind.POD) + "?limit=" + limit + "&" + query)
                .at("items")
                .items();
    }

    /** Lists the events of pods that could not be created for a workload. */
    List<Tree> failedCreations(Kind kind, String name) throws IOException {
        String owner = switch (kind) {
            case STATEFULSET -> "StatefulSet";
            case DAEMONSET -> "DaemonSet";
            default -> throw new IllegalArgumentException("no events are needed of a " + kind);
        };
        String fields = "involvedObject.kind=" + owner + ",involvedObject.name=" + name + ",reason=FailedCreate";
        return api.get("/api/v1/namespaces/" + namespace + "/events?limit=" + MAX_EVENTS + "&fieldSelector="
                        + ApiClient.encode(fields))
                .at("items")
                .items();
    }

    /**
     * Adds containers to a pod as it runs.
     *
     * @param seen the pod; nothing is added if it has changed since
     * @param containers each with a name that the pod never had
     * @param dryRun whether the API server is only asked
     * @return whether it was still as it was seen
     * @throws IOException if the API server refuses
     * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/">Kubernetes: Pod</a>
     */
    boolean addToPod(Tree seen, List<Map<String, Object>> containers, boolean dryRun) throws IOException {
        Map<String, Object> patch = Map.of(
                "metadata",
                Map.of(
                        "resourceVersion",
                        seen.at("metadata", "resourceVersion").text().orElse("")),
                "spec",
                Map.of("ephemeralContainers", containers));
        String name = seen.at("metadata", "name").text().orElse("");
        try {
            api.patchByNames(
                    path(Kind.POD, name) + "/ephemeralcontainers" + (dryRun ? "?dryRun=All" : ""), Json.write(patch));
            return true;
        } catch (ApiException e) {
            if (e.status() == CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    /** Changes a workload, if it is still as it was seen; empty if it is not. */
    Optional<Workload> patch(Workload seen, Map<String, ?> patch) throws IOException {
        try {
            Tree changed = api.patchByNames(path(seen.kind(), seen.name()), Json.write(patch));
            return Optional.of(new Workload(seen.kind(), namespace, seen.name(), changed));
        } catch (ApiException e) {
            if (e.status() == CONFLICT || e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private String path(Kind kind, String name) {
        return collection(kind) + "/" + name;
    }

    private String collection(Kind kind) {
        String group = switch (kind) {
            case DEPLOYMENT, STATEFULSET, DAEMONSET, REPLICASET -> "/apis/apps/v1";
            case JOB -> "/apis/batch/v1";
            case POD, SERVICE -> "/api/v1";
        };
        return group + "/namespaces/" + namespace + "/" + kind.plural();
    }
}
