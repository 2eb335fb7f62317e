package io.kubetun.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.function.Supplier;

/** A pod that runs in this process. Thread-safe. */
public final class EmbeddedPod {
    private static final Set<String> READINESS = Set.of("Ready", "ContainersReady");

    private final PodLauncher launcher;
    private final String namespace;
    private final String name;
    private final String ip;
    private final Supplier<EmbeddedPod> again;

    EmbeddedPod(PodLauncher launcher, String namespace, String name, String ip, Supplier<EmbeddedPod> again) {
        this.launcher = launcher;
        this.namespace = namespace;
        this.name = name;
        this.ip = ip;
        this.again = again;
    }

    /**
     * Returns its namespace.
     *
     * @return the namespace's name
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Returns its name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns its address.
     *
     * @return an IPv4 address of 10.244.0.0/16
     */
    public String ip() {
        return ip;
    }

    /**
     * Sets whether it takes traffic; it serves all the same.
     *
     * @param ready true if so
     */
    public void ready(boolean ready) {
        launcher.store().edit(stored(), pod -> {
            for (JsonNode condition : pod.at("/status/conditions")) {
                if (READINESS.contains(condition.path("type").asText())) {
                    ((ObjectNode) condition).put("status", ready ? "True" : "False");
                }
            }
            ((ObjectNode) pod.at("/status/containerStatuses/0")).put("ready", ready);
        });
    }

    /** Marks it as being deleted: its endpoint is terminating, yet it serves until {@link #delete}. */
    public void terminate() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        launcher.store()
                .edit(
                        stored(),
                        pod -> pod.withObjectProperty("metadata")
                                .put("deletionTimestamp", now)
                                .put("deletionGracePeriodSeconds", 30));
    }

    /** Ends it: it becomes terminating, its connections are closed, it is gone. */
    public void delete() {
        terminate();
        launcher.store().delete(ResourceType.PODS, namespace, name);
    }

    /**
     * Replaces it by one of the same name with another address, as a StatefulSet does.
     *
     * @return the new pod
     */
    public EmbeddedPod recreate() {
        delete();
        return again.get();
    }

    private StoredObject stored() {
        return launcher.store()
                .find(ResourceType.PODS, namespace, name)
                .orElseThrow(() -> StatusException.notFound(ResourceType.PODS, name));
    }

    @Override
    public String toString() {
        return "pod/" + name + "." + namespace;
    }
}
