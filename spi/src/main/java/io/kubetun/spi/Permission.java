package io.kubetun.spi;

import java.util.List;

/**
 * Something that a user must be allowed in the cluster, in RBAC's words.
 *
 * @param verb such as {@code list}
 * @param group the API group; empty for the core group
 * @param resource the plural, such as {@code pods}
 * @param subresource such as {@code portforward}; empty for none
 * @param scope where
 * @param weight how much depends on it
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/authorization/">Kubernetes: authorization</a>
 */
public record Permission(String verb, String group, String resource, String subresource, Scope scope, Weight weight) {
    /** Where a permission is needed. */
    public enum Scope {
        /** In each namespace that is used. */
        NAMESPACE,
        /** In all namespaces, or for what has none. */
        CLUSTER
    }

    /** How much depends on a permission. */
    public enum Weight {
        /** Without it nothing works. */
        REQUIRED,
        /** One of the verbs with this weight on the same resource is enough. */
        ONE_OF,
        /** Without it something works less well. */
        BETTER
    }

    /** What every mode needs that dials: to find Services and pods, and to forward to a pod's port. */
    public static final List<Permission> TO_DIAL = List.of(
            core("get", "services", "", Weight.REQUIRED),
            core("list", "services", "", Weight.BETTER),
            core("watch", "services", "", Weight.BETTER),
            core("get", "pods", "", Weight.BETTER),
            core("list", "pods", "", Weight.BETTER),
            core("watch", "pods", "", Weight.BETTER),
            new Permission("list", "discovery.k8s.io", "endpointslices", "", Scope.NAMESPACE, Weight.REQUIRED),
            new Permission("watch", "discovery.k8s.io", "endpointslices", "", Scope.NAMESPACE, Weight.BETTER),
            core("create", "pods", "portforward", Weight.ONE_OF),
            core("get", "pods", "portforward", Weight.ONE_OF));

    private static Permission core(String verb, String resource, String subresource, Weight weight) {
        return new Permission(verb, "", resource, subresource, Scope.NAMESPACE, weight);
    }

    /**
     * Returns the resource as a Role names it.
     *
     * @return such as {@code pods/portforward}
     */
    public String fullResource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** As a sentence says it: {@code create pods/portforward}. */
    @Override
    public String toString() {
        return verb + " " + fullResource();
    }
}
