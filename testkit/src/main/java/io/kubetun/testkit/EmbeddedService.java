package io.kubetun.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.pod.PodSetup;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A Service and its pods. First described, then created; what is described later changes it. Pods are named after it
 * with a number. Described by one thread; once created thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/">Kubernetes: Service</a>
 */
public final class EmbeddedService {
    private final PodLauncher launcher;
    private final String namespace;
    private final String name;
    private final ObjectNode json = Json.object();
    private final ArrayNode ports;
    private final List<EmbeddedPod> pods = new CopyOnWriteArrayList<>();
    private final AtomicInteger ordinal = new AtomicInteger();
    private boolean created;

    EmbeddedService(PodLauncher launcher, String namespace, String name) {
        this.launcher = launcher;
        this.namespace = namespace;
        this.name = name;
        json.putObject("metadata")
                .put("name", name)
                .put("namespace", namespace)
                .putObject("labels")
                .put("app", name);
        ObjectNode spec = json.putObject("spec");
        ports = spec.putArray("ports");
        spec.putObject("selector").put("app", name);
    }

    /**
     * Adds a TCP port.
     *
     * @param portName its name; empty for none
     * @param port its number
     * @param targetPort the pods' port
     * @return this
     */
    public EmbeddedService port(String portName, int port, int targetPort) {
        return addPort(portName, port, "TCP", added -> added.put("targetPort", targetPort));
    }

    /**
     * Adds a TCP port that leads to a named port of the pods.
     *
     * @param portName its name; empty for none
     * @param port its number
     * @param targetPort the name of the pods' port
     * @return this
     */
    public EmbeddedService port(String portName, int port, String targetPort) {
        return addPort(portName, port, "TCP", added -> added.put("targetPort", targetPort));
    }

    /**
     * Adds a UDP port. Nothing serves it; port-forward carries TCP only.
     *
     * @param portName its name; empty for none
     * @param port its number
     * @param targetPort the pods' port
     * @return this
     */
    public EmbeddedService udpPort(String portName, int port, int targetPort) {
        return addPort(portName, port, "UDP", added -> added.put("targetPort", targetPort));
    }

    private EmbeddedService addPort(String portName, int port, String protocol, Consumer<ObjectNode> target) {
        ObjectNode added = ports.addObject().put("port", port).put("protocol", protocol);
        if (!portName.isEmpty()) {
            added.put("name", portName);
        }
        target.accept(added);
        change(service -> service.withObjectProperty("spec").set("ports", ports.deepCopy()));
        return this;
    }

    /**
     * Takes a port away.
     *
     * @param port its number
     * @return this
     */
    public EmbeddedService removePort(int port) {
        ports.removeIf(each -> each.path("port").asInt() == port);
        change(service -> service.withObjectProperty("spec").set("ports", ports.deepCopy()));
        return this;
    }

    /**
     * Labels the Service. It has {@code app} already.
     *
     * @param key the label
     * @param value its value
     * @return this
     */
    public EmbeddedService label(String key, String value) {
        json.withObjectProperty("metadata").withObjectProperty("labels").put(key, value);
        change(service -> service.withObjectProperty("metadata")
                .withObjectProperty("labels")
                .put(key, value));
        return this;
    }

    /**
     * Makes it headless: no ClusterIP, a hostname for each pod. Before it is created.
     *
     * @return this
     */
    public EmbeddedService headless() {
        json.withObjectProperty("spec").put("clusterIP", "None");
        return this;
    }

    /**
     * Creates it as another name for something.
     *
     * @param target where it leads
     * @return this
     */
    public EmbeddedService externalName(String target) {
        ObjectNode spec = json.withObjectProperty("spec");
        spec.remove("selector");
        spec.put("type", "ExternalName").put("externalName", target);
        return create();
    }

    /**
     * Creates it without a selector, with endpoints that are no pods.
     *
     * @param addresses IPv4 addresses; none for no EndpointSlice
     * @return this
     */
    public EmbeddedService selectorless(String... addresses) {
        json.withObjectProperty("spec").remove("selector");
        create();
        if (addresses.length > 0) {
            ObjectNode slice = Json.object();
            slice.putObject("metadata")
                    .put("name", name + "-external")
                    .put("namespace", namespace)
                    .putObject("labels")
                    .put("kubernetes.io/service-name", name);
            slice.put("addressType", "IPv4");
            ArrayNode endpoints = slice.putArray("endpoints");
            for (String address : addresses) {
                ObjectNode endpoint = endpoints.addObject();
                endpoint.putArray("addresses").add(address);
                endpoint.putObject("conditions").put("ready", true);
            }
            ArrayNode targets = slice.putArray("ports");
            ports.forEach(port -> targets.addObject()
                    .put("name", port.path("name").asText(""))
                    .put("port", port.path("targetPort").asInt())
                    .put("protocol", port.path("protocol").asText()));
            launcher.admission().create(ResourceType.ENDPOINT_SLICES, slice);
        }
        return this;
    }

    /**
     * Creates it as it is described so far, unless it is created already.
     *
     * @return this
     */
    public EmbeddedService create() {
        if (!created) {
            launcher.admission().create(ResourceType.SERVICES, json.deepCopy());
            created = true;
        }
        return this;
    }

    /**
     * Creates it if it is not yet, and launches pods behind it.
     *
     * @param count how many
     * @param setup says for each what it serves
     * @return this
     */
    public EmbeddedService pods(int count, Consumer<PodSetup> setup) {
        create();
        for (int i = 0; i < count; i++) {
            launch(setup);
        }
        return this;
    }

    private void launch(Consumer<PodSetup> setup) {
        Optional<String> subdomain = isHeadless() ? Optional.of(name) : Optional.empty();
        String pod = name + "-" + ordinal.getAndIncrement();
        pods.add(launcher.launch(namespace, pod, Map.of("app", name), subdomain, setup));
    }

    private boolean isHeadless() {
        return json.path("spec").path("clusterIP").asText("").equals("None");
    }

    /**
     * Returns the pods that were launched behind it.
     *
     * @return those that this Service has not replaced or scaled away
     */
    public List<EmbeddedPod> pods() {
        return List.copyOf(pods);
    }

    /**
     * Ends the newest pods.
     *
     * @param count how many are left, at most as many as there are
     */
    public void scaleDown(int count) {
        while (pods.size() > count) {
            pods.removeLast().delete();
        }
    }

    /**
     * Replaces each pod, one by one: of a headless Service the old one ends and one of its name takes its place, else a
     * new one is ready before an old one ends.
     *
     * @param setup says for each new pod what it serves
     */
    public void rollingRestart(Consumer<PodSetup> setup) {
        for (EmbeddedPod old : pods()) {
            if (isHeadless()) {
                old.delete();
                int index = pods.indexOf(old);
                pods.set(index, launcher.launch(namespace, old.name(), Map.of("app", name), Optional.of(name), setup));
            } else {
                launch(setup);
                old.delete();
                pods.remove(old);
            }
        }
    }

    /**
     * Returns its ClusterIP.
     *
     * @return an address of 10.96.0.0/16; empty for a headless one or an ExternalName
     */
    public Optional<String> clusterIp() {
        String ip = stored().json().path("spec").path("clusterIP").asText("");
        return ip.isEmpty() || ip.equals("None") ? Optional.empty() : Optional.of(ip);
    }

    /** Removes the Service. Its pods go on. */
    public void delete() {
        launcher.store().delete(ResourceType.SERVICES, namespace, name);
        created = false;
    }

    private void change(Consumer<ObjectNode> edit) {
        if (created) {
            launcher.store().edit(stored(), edit);
        }
    }

    private StoredObject stored() {
        return launcher.store()
                .find(ResourceType.SERVICES, namespace, name)
                .orElseThrow(() -> StatusException.notFound(ResourceType.SERVICES, name));
    }
}
