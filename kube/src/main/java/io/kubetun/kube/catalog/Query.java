package io.kubetun.kube.catalog;

import io.kubetun.kube.catalog.Stored.ObjectKey;
import java.net.InetAddress;

/** Something to look up. */
public sealed interface Query {
    /**
     * A Service by its name.
     *
     * @param key the Service
     */
    record ServiceNamed(ObjectKey key) implements Query {}

    /**
     * The endpoint slices of a Service.
     *
     * @param service the Service
     */
    record SlicesOf(ObjectKey service) implements Query {}

    /**
     * A pod by its name.
     *
     * @param key the pod
     */
    record PodNamed(ObjectKey key) implements Query {}

    /**
     * The Service that has a ClusterIP.
     *
     * @param address the address
     */
    record ServiceAt(InetAddress address) implements Query {}

    /**
     * The pod that has an address.
     *
     * @param address the address
     */
    record PodAt(InetAddress address) implements Query {}

    /**
     * The endpoint slices that have an address.
     *
     * @param address the address
     */
    record SlicesAt(InetAddress address) implements Query {}

    /**
     * A namespace.
     *
     * @param name its name
     */
    record NamespaceNamed(String name) implements Query {}
}
