package io.kubetun.kube.catalog;

import io.kubetun.kube.catalog.Stored.ObjectKey;
import java.net.InetAddress;
import java.util.List;

/** What is known of the cluster at this moment. Never blocks; thread-safe. */
public interface ClusterView {
    /**
     * Looks for a Service.
     *
     * @param key its name
     * @return what is known
     */
    Answer<ServiceRecord> service(ObjectKey key);

    /**
     * Looks for the slices of a Service.
     *
     * @param service the Service
     * @return what is known; an empty list if it has none
     */
    Answer<List<SliceRecord>> slices(ObjectKey service);

    /**
     * Looks for a pod.
     *
     * @param key its name
     * @return what is known
     */
    Answer<PodRecord> pod(ObjectKey key);

    /**
     * Looks for the Service with a ClusterIP.
     *
     * @param address the address
     * @return what is known
     */
    Answer<ServiceRecord> serviceAt(InetAddress address);

    /**
     * Looks for the pod with an address of its own.
     *
     * @param address the address
     * @return what is known
     */
    Answer<PodRecord> podAt(InetAddress address);

    /**
     * Looks for the slices that have an address among their endpoints.
     *
     * @param address the address
     * @return what is known; an empty list if there is none
     */
    Answer<List<SliceRecord>> slicesAt(InetAddress address);

    /**
     * Looks for a namespace. One that this user can see nothing in is not there.
     *
     * @param name its name
     * @return what is known
     */
    Answer<NamespaceRecord> namespace(String name);
}
