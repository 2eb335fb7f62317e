package io.kubetun.kube.catalog;

import java.util.Collection;

/** A Kubernetes object, trimmed to what matters here. Equal records are no change. */
public sealed interface Stored permits ServiceRecord, SliceRecord, PodRecord, NamespaceRecord, PodState, WorkloadState {
    /**
     * Returns its namespace.
     *
     * @return the namespace
     */
    String namespace();

    /**
     * Returns its name.
     *
     * @return the name
     */
    String name();

    /**
     * Returns what it is found by besides its name.
     *
     * @return addresses, or the key of the Service that it belongs to
     */
    Collection<?> indexKeys();

    /**
     * Returns its identity.
     *
     * @return namespace and name
     */
    default ObjectKey key() {
        return new ObjectKey(namespace(), name());
    }

    /**
     * The identity of an object of a kind.
     *
     * @param namespace its namespace
     * @param name its name
     */
    record ObjectKey(String namespace, String name) {
        @Override
        public String toString() {
            return namespace + "/" + name;
        }
    }
}
