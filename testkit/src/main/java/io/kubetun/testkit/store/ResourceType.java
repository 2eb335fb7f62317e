package io.kubetun.testkit.store;

import java.util.List;
import java.util.Optional;

/**
 * A kind of object that the cluster keeps.
 *
 * @param group its API group, empty for the core
 * @param version its version
 * @param plural its name in paths
 * @param kind its name in bodies
 * @param namespaced whether it lives in a namespace
 * @param shortNames what kubectl also calls it
 */
public record ResourceType(
        String group, String version, String plural, String kind, boolean namespaced, List<String> shortNames) {
    /** Namespaces. */
    public static final ResourceType NAMESPACES = core("namespaces", "Namespace", false, "ns");
    /** Pods. */
    public static final ResourceType PODS = core("pods", "Pod", true, "po");
    /** Services. */
    public static final ResourceType SERVICES = core("services", "Service", true, "svc");
    /** EndpointSlices. */
    public static final ResourceType ENDPOINT_SLICES =
            new ResourceType("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, List.of());

    /** All of them. */
    public static final List<ResourceType> ALL = List.of(
            NAMESPACES,
            PODS,
            SERVICES,
            ENDPOINT_SLICES,
            core("nodes", "Node", false, "no"),
            core("configmaps", "ConfigMap", true, "cm"),
            core("secrets", "Secret", true),
            core("serviceaccounts", "ServiceAccount", true, "sa"),
            core("events", "Event", true, "ev"),
            new ResourceType("apps", "v1", "deployments", "Deployment", true, List.of("deploy")),
            new ResourceType("apps", "v1", "replicasets", "ReplicaSet", true, List.of("rs")),
            new ResourceType("apps", "v1", "statefulsets", "StatefulSet", true, List.of("sts")),
            new ResourceType("apps", "v1", "daemonsets", "DaemonSet", true, List.of("ds")),
            new ResourceType("coordination.k8s.io", "v1", "leases", "Lease", true, List.of()),
            new ResourceType("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", false, List.of()));

    /** Takes a copy. */
    public ResourceType {
        shortNames = List.copyOf(shortNames);
    }

    private static ResourceType core(String plural, String kind, boolean namespaced, String... shortNames) {
        return new ResourceType("", "v1", plural, kind, namespaced, List.of(shortNames));
    }

    /**
     * Finds the type of a path.
     *
     * @param group the API group
     * @param version the version
     * @param plural the resource
     * @return the type, or empty
     */
    public static Optional<ResourceType> of(String group, String version, String plural) {
        return ALL.stream()
                .filter(type -> type.group.equals(group) && type.version.equals(version) && type.plural.equals(plural))
                .findFirst();
    }

    /**
     * Finds the type of a body.
     *
     * @param apiVersion its {@code apiVersion}
     * @param kind its {@code kind}
     * @return the type, or empty
     */
    public static Optional<ResourceType> ofKind(String apiVersion, String kind) {
        return ALL.stream()
                .filter(type -> type.apiVersion().equals(apiVersion) && type.kind.equals(kind))
                .findFirst();
    }

    /**
     * Returns the {@code apiVersion} of bodies.
     *
     * @return {@code v1} or {@code group/version}
     */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /**
     * Returns the name that messages use.
     *
     * @return {@code services} or {@code endpointslices.discovery.k8s.io}
     */
    public String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
