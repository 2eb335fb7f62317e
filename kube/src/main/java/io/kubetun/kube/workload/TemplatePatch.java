package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.AgentState;
import io.kubetun.kube.document.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The strategic merge patches that put an agent into a workload's template and take it out: by the names of what is
 * kubetun's, so that all else stays as it is and no copy of the template is needed. Each holds for the one version of the
 * workload that was seen.
 */
final class TemplatePatch {
    private static final String NAME = "name";
    private static final String ANNOTATIONS = "annotations";
    private static final String METADATA = "metadata";
    private static final String SECRETS = "imagePullSecrets";
    private static final String VERSION = "resourceVersion";

    private TemplatePatch() {}

    /** Puts the agent there, or makes the one that is there be as it is said here. */
    static Map<String, Object> add(
            Workload workload, AgentContainers containers, Holding holding, Optional<String> pullSecret) {
        Map<String, Object> pod = new LinkedHashMap<>();
        // Whoever looks at the pods without naming a container gets the first one: the user's.
        if (containers.entrances().any()) {
            subtract(pod, workload, "initContainers", AgentState.RULES);
        } else {
            append(pod, workload, "initContainers", afresh(workload, "initContainers", containers.rules()));
        }
        append(pod, workload, "containers", afresh(workload, "containers", containers.agent()));
        append(pod, workload, "volumes", containers.volume());
        Optional<String> secret =
                pullSecret.filter(each -> !othersSecrets(workload).contains(each));
        Optional<String> before = Holding.of(workload).flatMap(Holding::pullSecret);
        secret.ifPresent(each -> append(pod, workload, SECRETS, Map.of(NAME, each)));
        before.filter(each -> !Optional.of(each).equals(secret))
                .ifPresent(each -> subtract(pod, workload, SECRETS, each));
        Holding noted =
                new Holding(holding.holder(), holding.fingerprint(), holding.since(), holding.session(), secret);
        return patch(
                workload,
                Map.of(Holding.ANNOTATION, noted.annotation()),
                Map.of(Holding.HOLDER, noted.holder(), Holding.SINCE, noted.since()),
                pod);
    }

    /** Takes out what is kubetun's, whoever had it put there. */
    static Map<String, Object> remove(Workload workload) {
        Map<String, Object> pod = new LinkedHashMap<>();
        subtract(pod, workload, "initContainers", AgentState.RULES);
        subtract(pod, workload, "containers", AgentState.AGENT);
        subtract(pod, workload, "volumes", AgentContainers.VOLUME);
        Holding.of(workload).flatMap(Holding::pullSecret).ifPresent(secret -> subtract(pod, workload, SECRETS, secret));
        return patch(
                workload,
                without(workload.document().at(METADATA, ANNOTATIONS), Holding.ANNOTATION),
                without(workload.template().at(METADATA, ANNOTATIONS), Holding.HOLDER, Holding.SINCE),
                pod);
    }

    private static Map<String, Object> patch(
            Workload workload, Map<String, ?> own, Map<String, ?> ofPods, Map<String, Object> pod) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put(VERSION, workload.version());
        if (!own.isEmpty()) {
            metadata.put(ANNOTATIONS, own);
        }
        Map<String, Object> template = new LinkedHashMap<>();
        if (!ofPods.isEmpty()) {
            template.put(METADATA, Map.of(ANNOTATIONS, ofPods));
        }
        template.put("spec", pod);
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put(METADATA, metadata);
        patch.put("spec", Map.of("template", template));
        return patch;
    }

    /** What is not there cannot be taken out: the API server would keep the order to do so as an item. */
    private static Map<String, Object> without(Tree annotations, String... names) {
        Map<String, Object> nulls = new HashMap<>();
        Stream.of(names).filter(name -> annotations.at(name).present()).forEach(name -> nulls.put(name, null));
        return nulls;
    }

    /** A new item would be the first one, if its place were not said. */
    private static void append(Map<String, Object> pod, Workload workload, String list, Map<String, Object> item) {
        Set<Object> names = new LinkedHashSet<>(names(workload, list));
        names.remove(item.get(NAME));
        names.add(item.get(NAME));
        pod.put(
                "$setElementOrder/" + list,
                names.stream().map(name -> Map.of(NAME, name)).toList());
        items(pod, list).add(item);
    }

    /**
     * An agent of before, with other variables, keeps none of them. The order to replace them is for a container that is
     * there: in a new one the API server takes it for a variable.
     */
    private static Map<String, Object> afresh(Workload workload, String list, Map<String, Object> container) {
        if (names(workload, list).contains(container.get(NAME))) {
            List<Object> variables = new ArrayList<>(List.of(Map.of("$patch", "replace")));
            variables.addAll((List<?>) container.get("env"));
            container.put("env", variables);
        }
        return container;
    }

    private static void subtract(Map<String, Object> pod, Workload workload, String list, String name) {
        if (names(workload, list).contains(name)) {
            items(pod, list).add(Map.of("$patch", "delete", NAME, name));
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> items(Map<String, Object> pod, String list) {
        return (List<Object>) pod.computeIfAbsent(list, key -> new ArrayList<>());
    }

    private static List<String> names(Workload workload, String list) {
        return workload.pod().at(list).items().stream()
                .flatMap(item -> item.at(NAME).text().stream())
                .toList();
    }

    private static List<String> othersSecrets(Workload workload) {
        Optional<String> ours = Holding.of(workload).flatMap(Holding::pullSecret);
        return names(workload, SECRETS).stream()
                .filter(name -> !Optional.of(name).equals(ours))
                .toList();
    }
}
