package io.kubetun.testkit;

import io.kubetun.testkit.pod.PodSetup;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A namespace. Thread-safe. */
public final class EmbeddedNamespace {
    private final PodLauncher launcher;
    private final String name;

    EmbeddedNamespace(PodLauncher launcher, String name) {
        this.launcher = launcher;
        this.name = name;
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
     * Describes a new Service, which appears in the cluster with {@link EmbeddedService#pods}, {@link
     * EmbeddedService#create} or one of the other methods that say so.
     *
     * @param service its name
     * @return the Service, to be described further
     */
    public EmbeddedService service(String service) {
        return new EmbeddedService(launcher, name, service);
    }

    /**
     * Launches a pod that belongs to no Service.
     *
     * @param pod its name
     * @param setup says what it serves
     * @return the pod
     */
    public EmbeddedPod pod(String pod, Consumer<PodSetup> setup) {
        return launcher.launch(name, pod, Map.of(), Optional.empty(), setup);
    }
}
