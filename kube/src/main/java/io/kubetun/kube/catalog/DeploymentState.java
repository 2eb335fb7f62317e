package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How a Deployment gets on.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid which of the Deployments that had this name over time
 * @param trouble why it has no pods, as its conditions say
 */
public record DeploymentState(String namespace, String name, String uid, Optional<Trouble> trouble) implements Stored {
    /**
     * Trims a Deployment.
     *
     * @param deployment as the API server sends it
     * @return what matters of it
     */
    static DeploymentState of(Tree deployment) {
        return new DeploymentState(
                Resource.namespace(deployment),
                Resource.name(deployment),
                deployment.at("metadata", "uid").text().orElse(""),
                deployment.at("status", "conditions").items().stream()
                        .filter(condition -> "ReplicaFailure"
                                        .equals(condition.at("type").text().orElse(""))
                                && condition.at("status").flag(false))
                        .map(condition ->
                                new Trouble(condition.at("message").text().orElse("its pod cannot be created"), true))
                        .findFirst());
    }

    @Override
    public Collection<?> indexKeys() {
        return List.of();
    }
}
