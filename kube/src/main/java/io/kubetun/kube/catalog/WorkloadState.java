package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How a Deployment, a StatefulSet or a DaemonSet gets on.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid which of those that had this name over time
 * @param wanted how many pods it shall have
 * @param agentKey the key of whose agent its new pods get; empty if they get none
 * @param trouble why it has no pods, as its conditions say; only a Deployment's do
 */
public record WorkloadState(
        String namespace, String name, String uid, int wanted, Optional<String> agentKey, Optional<Trouble> trouble)
        implements Stored {
    /**
     * Trims a workload.
     *
     * @param workload as the API server sends it
     * @return what matters of it
     */
    public static WorkloadState of(Tree workload) {
        return new WorkloadState(
                Resource.namespace(workload),
                Resource.name(workload),
                workload.at("metadata", "uid").text().orElse(""),
                wanted(workload),
                AgentState.key(workload.at("spec", "template", "spec")),
                workload.at("status", "conditions").items().stream()
                        .filter(condition -> "ReplicaFailure"
                                        .equals(condition.at("type").text().orElse(""))
                                && condition.at("status").flag(false))
                        .map(condition ->
                                new Trouble(condition.at("message").text().orElse("its pod cannot be created"), true))
                        .findFirst());
    }

    /** A DaemonSet has as many as there are nodes for it. */
    private static int wanted(Tree workload) {
        return workload.at("status", "desiredNumberScheduled")
                .number()
                .or(() -> workload.at("spec", "replicas").number())
                .orElse(1);
    }

    @Override
    public Collection<?> indexKeys() {
        return List.of();
    }
}
