package io.kubetun.testkit.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The pods that run. Thread-safe. */
public final class PodTable {
    private final Map<String, PodRuntime> pods = new ConcurrentHashMap<>();

    /**
     * Adds a pod; one of the same name is stopped.
     *
     * @param pod the pod
     */
    public void add(PodRuntime pod) {
        Optional.ofNullable(pods.put(pod.namespace() + "/" + pod.name(), pod)).ifPresent(PodRuntime::stop);
    }

    /**
     * Finds a pod.
     *
     * @param namespace its namespace
     * @param name its name
     * @return the pod, or empty if none of that name runs
     */
    public Optional<PodRuntime> find(String namespace, String name) {
        return Optional.ofNullable(pods.get(namespace + "/" + name));
    }

    /**
     * Stops a pod, if it runs.
     *
     * @param namespace its namespace
     * @param name its name
     */
    public void remove(String namespace, String name) {
        Optional.ofNullable(pods.remove(namespace + "/" + name)).ifPresent(PodRuntime::stop);
    }

    /** Stops all pods. */
    public void clear() {
        pods.values().forEach(PodRuntime::stop);
        pods.clear();
    }
}
