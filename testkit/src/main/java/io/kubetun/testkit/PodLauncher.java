package io.kubetun.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.pod.PodSetup;
import io.kubetun.testkit.runtime.PodBlueprint;
import io.kubetun.testkit.runtime.PodTable;
import io.kubetun.testkit.store.AddressPool;
import io.kubetun.testkit.store.Admission;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.ResourceType;
import io.netty.channel.EventLoopGroup;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes pods: what runs, and the object that says so. Thread-safe. */
final class PodLauncher {
    private final ObjectStore store;
    private final Admission admission;
    private final PodTable pods;
    private final EventLoopGroup loops;
    private final AddressPool addresses = new AddressPool("10.244.0.0", 16);

    PodLauncher(ObjectStore store, Admission admission, PodTable pods, EventLoopGroup loops) {
        this.store = store;
        this.admission = admission;
        this.pods = pods;
        this.loops = loops;
    }

    ObjectStore store() {
        return store;
    }

    Admission admission() {
        return admission;
    }

    /**
     * Launches a pod.
     *
     * @param namespace its namespace
     * @param name its name
     * @param labels its labels, to which the setup adds
     * @param subdomain the headless Service that its hostname is below
     * @param setup says what it serves
     */
    EmbeddedPod launch(
            String namespace,
            String name,
            Map<String, String> labels,
            Optional<String> subdomain,
            Consumer<PodSetup> setup) {
        return launch(namespace, name, labels, subdomain, setup, json -> {});
    }

    /**
     * Launches a pod whose object is not only what its setup makes it.
     *
     * @param namespace its namespace
     * @param name its name
     * @param labels its labels, to which the setup adds
     * @param subdomain the headless Service that its hostname is below
     * @param setup says what it serves
     * @param edit changes the object before it is stored
     */
    EmbeddedPod launch(
            String namespace,
            String name,
            Map<String, String> labels,
            Optional<String> subdomain,
            Consumer<PodSetup> setup,
            Consumer<ObjectNode> edit) {
        String ip = addresses.take();
        PodBlueprint blueprint = new PodBlueprint(namespace, name, ip);
        labels.forEach(blueprint::label);
        setup.accept(blueprint);
        store.atomically(() -> {
            ObjectNode json = json(namespace, blueprint, subdomain);
            edit.accept(json);
            admission.create(ResourceType.PODS, json);
            pods.add(blueprint.runtime(loops));
        });
        return new EmbeddedPod(
                this, namespace, name, ip, () -> launch(namespace, name, labels, subdomain, setup, edit));
    }

    private static ObjectNode json(String namespace, PodBlueprint pod, Optional<String> subdomain) {
        ObjectNode json = Json.object();
        ObjectNode metadata = json.putObject("metadata").put("name", pod.name()).put("namespace", namespace);
        ObjectNode labels = metadata.putObject("labels");
        pod.labels().forEach(labels::put);
        ObjectNode spec = json.putObject("spec").put("nodeName", "testkit").put("restartPolicy", "Always");
        subdomain.ifPresent(service -> spec.put("hostname", pod.name()).put("subdomain", service));
        ArrayNode ports = spec.putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "testkit")
                .putArray("ports");
        pod.portNames()
                .forEach((name, number) -> ports.addObject()
                        .put("name", name)
                        .put("containerPort", number)
                        .put("protocol", "TCP"));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        ObjectNode status = json.putObject("status")
                .put("phase", "Running")
                .put("hostIP", "10.0.0.1")
                .put("podIP", pod.ip())
                .put("startTime", now);
        status.putArray("podIPs").addObject().put("ip", pod.ip());
        ArrayNode conditions = status.putArray("conditions");
        for (String type : new String[] {"PodScheduled", "Initialized", "ContainersReady", "Ready"}) {
            boolean on = pod.ready() || !type.endsWith("Ready");
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", on ? "True" : "False")
                    .put("lastTransitionTime", now);
        }
        status.putArray("containerStatuses")
                .addObject()
                .put("name", "main")
                .put("image", "testkit")
                .put("ready", pod.ready())
                .put("started", true)
                .put("restartCount", 0)
                .putObject("state")
                .putObject("running")
                .put("startedAt", now);
        return json;
    }
}
