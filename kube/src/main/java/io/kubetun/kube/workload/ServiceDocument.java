package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A Service as the API server had it, and what is changed of it.
 *
 * @param document the whole of it
 */
record ServiceDocument(Tree document) {
    private static final String TARGET = "targetPort";
    private static final String TCP = "TCP";

    String name() {
        return document.at("metadata", "name").text().orElse("");
    }

    /** As people type it. */
    String spoken() {
        return "service/" + name();
    }

    private Tree selector() {
        return document.at("spec", "selector");
    }

    /** The label selector of its pods, as a query has it. */
    String query() {
        return selector().names().stream()
                .map(label -> label + "=" + selector().at(label).text().orElse(""))
                .collect(Collectors.joining(","));
    }

    /** Says whether it selects the pods of a workload. */
    boolean selects(Workload workload) {
        Tree labels = workload.template().at("metadata", "labels");
        return !selector().names().isEmpty()
                && selector().names().stream()
                        .allMatch(label -> selector()
                                .at(label)
                                .text()
                                .equals(labels.at(label).text()));
    }

    /** Says whether its name leads callers to the pods themselves, at ports that they know. */
    boolean headless() {
        return document.at("spec", "clusterIP").text().orElse("").equals("None");
    }

    private List<Tree> ports() {
        return document.at("spec", "ports").items();
    }

    static boolean isSame(Tree there, int port, String protocol) {
        return there.at("port").number().orElse(0) == port
                && there.at("protocol").text().orElse(TCP).equals(protocol);
    }

    /**
     * The ports of the original that its TCP leads to; what leads nowhere is left out.
     *
     * @return the pods' port for each port of the Service's
     */
    Map<Integer, Integer> originals(Workload workload) {
        Map<Integer, Integer> originals = new LinkedHashMap<>();
        for (Tree port : ports()) {
            if (port.at("protocol").text().orElse(TCP).equals(TCP)) {
                number(target(port), workload)
                        .ifPresent(original ->
                                originals.put(port.at("port").number().orElse(0), original));
            }
        }
        return originals;
    }

    /** What the target is without an intercept. */
    private Tree target(Tree port) {
        return Leading.of(document).stream()
                .flatMap(leading -> leading.ports().stream())
                .filter(led -> led.holds(port))
                .map(led -> new Tree(led.was()))
                .findFirst()
                .orElseGet(() -> port.at(TARGET).present() ? port.at(TARGET) : port.at("port"));
    }

    private static Optional<Integer> number(Tree target, Workload workload) {
        return target.number()
                .or(() -> target.text()
                        .flatMap(name -> workload.containers().stream()
                                .flatMap(container -> container.at("ports").items().stream())
                                .filter(port -> port.at("name").text().equals(Optional.of(name)))
                                .filter(port ->
                                        port.at("protocol").text().orElse(TCP).equals(TCP))
                                .flatMap(port -> port.at("containerPort").number().stream())
                                .findFirst()));
    }

    /** What leads to an entrance when the Service is changed. */
    List<LedPort> led(Workload workload, Entrances entrances) {
        Map<Integer, Integer> originals = originals(workload);
        List<LedPort> led = new ArrayList<>();
        for (Tree port : ports()) {
            int number = port.at("port").number().orElse(0);
            Integer own = entrances.own().get(originals.getOrDefault(number, 0));
            if (own != null && isSame(port, number, TCP)) {
                led.add(new LedPort(number, TCP, target(port).value(), own));
            }
        }
        return led;
    }

    /** The patch that leads it to the agents, for the version that was seen. */
    Map<String, Object> lead(Leading leading) {
        return patch(
                leading.annotation(),
                port -> leading.ports().stream()
                        .filter(led -> isSame(port, led.port(), led.protocol()))
                        .map(led -> (Object) led.is())
                        .findFirst());
    }

    /** The patch that puts back what nobody else has changed since; empty if there is nothing to put back. */
    Optional<Map<String, Object>> restore() {
        return Leading.of(document)
                .map(leading -> patch(
                        null,
                        port -> leading.ports().stream()
                                .filter(led -> led.holds(port))
                                .map(LedPort::was)
                                .findFirst()));
    }

    /** Says what the target of a port shall be; empty to leave it. */
    private interface Target {
        Optional<Object> of(Tree port);
    }

    /** A merge patch: it takes the list as a whole, and by the version that was seen it holds for no other one. */
    private Map<String, Object> patch(String annotation, Target target) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put(Leading.ANNOTATION, annotation);
        List<Object> changed = new ArrayList<>();
        boolean any = false;
        for (Tree port : ports()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            port.names().forEach(name -> fields.put(name, port.at(name).value()));
            Optional<Object> now = target.of(port);
            now.ifPresent(value -> fields.put(TARGET, value));
            any |= now.isPresent();
            changed.add(fields);
        }
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put(
                "metadata",
                Map.of(
                        "resourceVersion",
                        document.at("metadata", "resourceVersion").text().orElse(""),
                        "annotations",
                        annotations));
        if (any) {
            patch.put("spec", Map.of("ports", changed));
        }
        return patch;
    }
}
