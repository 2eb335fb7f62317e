package io.kubetun.kube.catalog;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.document.Tree;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of object: where the API has it and how it is trimmed.
 *
 * @param plural its name in paths and permissions
 * @param group the path of its API group
 * @param trim makes the record
 * @param <R> the record
 */
record Resource<R extends Stored>(String plural, String group, Function<Tree, R> trim) {
    static final Resource<ServiceRecord> SERVICES = new Resource<>("services", "/api/v1", ServiceRecord::of);
    static final Resource<SliceRecord> SLICES =
            new Resource<>("endpointslices", "/apis/discovery.k8s.io/v1", SliceRecord::of);
    static final Resource<PodRecord> PODS = new Resource<>("pods", "/api/v1", PodRecord::of);

    static final Resource<PodState> POD_STATES = new Resource<>("pods", "/api/v1", PodState::of);
    static final Resource<NamespaceRecord> NAMESPACES = new Resource<>("namespaces", "/api/v1", NamespaceRecord::of);

    /**
     * A kind that keeps pods.
     *
     * @param plural {@code deployments}, {@code statefulsets} or {@code daemonsets}
     */
    static Resource<WorkloadState> workloads(String plural) {
        return new Resource<>(plural, "/apis/apps/v1", WorkloadState::of);
    }

    /**
     * Returns the path of the collection.
     *
     * @param namespace the namespace, empty for all
     * @return the path
     */
    String path(String namespace) {
        return namespace.isEmpty()
                ? group + "/" + plural
                : group + "/namespaces/" + ApiClient.encode(namespace) + "/" + plural;
    }

    /**
     * Returns the path of an object.
     *
     * @param key the object
     * @return the path
     */
    String path(Stored.ObjectKey key) {
        return path(key.namespace()) + "/" + ApiClient.encode(key.name());
    }

    static String name(Tree object) {
        return object.at("metadata", "name").text().orElse("");
    }

    static String namespace(Tree object) {
        return object.at("metadata", "namespace").text().orElse("").intern();
    }

    static Optional<InetAddress> address(String literal) {
        try {
            return Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
