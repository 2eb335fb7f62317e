package io.kubetun.spi.cluster;

/** Told of Services as they come, change and go. Calls come one at a time, in order for each Service. */
public interface ServiceListener {
    /**
     * A Service is there, or it or its endpoints changed.
     *
     * @param service its state now
     */
    void changed(ServiceState service);

    /**
     * A Service is gone.
     *
     * @param namespace its namespace
     * @param name its name
     */
    void removed(String namespace, String name);
}
