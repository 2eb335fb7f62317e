package io.kubetun.kube.catalog;

import io.kubetun.kube.catalog.Stored.ObjectKey;

/** Told what changes in the cluster. Must not block for long. */
public interface CatalogListener {
    /**
     * Other endpoints are ready now.
     *
     * @param service their Service
     * @param ready how many are
     */
    void endpointsChanged(ObjectKey service, int ready);

    /**
     * A pod is gone, or another one has its name.
     *
     * @param pod the pod
     */
    void podGone(ObjectKey pod);
}
