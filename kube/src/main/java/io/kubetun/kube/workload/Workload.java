package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A Deployment, a StatefulSet or a DaemonSet, as the API server had it; or a pod that none of them has.
 *
 * @param kind which of these
 * @param namespace its namespace
 * @param name its name
 * @param document the whole of it
 */
record Workload(Kind kind, String namespace, String name, Tree document) {
    /** The kinds whose pods follow a template that can be changed. */
    static final Set<Kind> WITH_TEMPLATE = Set.of(Kind.DEPLOYMENT, Kind.STATEFULSET, Kind.DAEMONSET);

    /** Which version of it was seen. */
    String version() {
        return document.at("metadata", "resourceVersion").text().orElse("");
    }

    /** Says whether it is a pod by itself, which nothing replaces. */
    boolean isBare() {
        return kind == Kind.POD;
    }

    /** What its pods are made like; of a pod itself the pod. */
    Tree template() {
        return isBare() ? document : document.at("spec", "template");
    }

    Tree pod() {
        return template().at("spec");
    }

    /** Its containers, first the init containers: those that start before others and stay have probes too. */
    List<Tree> containers() {
        return Stream.of("initContainers", "containers")
                .flatMap(list -> pod().at(list).items().stream())
                .toList();
    }

    /** Finds its pods: the parameters of a query. */
    String query() {
        return isBare()
                ? "fieldSelector=" + ApiClient.encode("metadata.name=" + name)
                : "labelSelector=" + ApiClient.encode(selector());
    }

    /** The label selector of its pods, as a query has it. */
    String selector() {
        return selector(document.at("spec", "selector"));
    }

    private static String selector(Tree selector) {
        List<String> terms = new ArrayList<>();
        Tree labels = selector.at("matchLabels");
        labels.names()
                .forEach(
                        label -> terms.add(label + "=" + labels.at(label).text().orElse("")));
        for (Tree each : selector.at("matchExpressions").items()) {
            String key = each.at("key").text().orElse("");
            String values = "(" + String.join(",", each.at("values").texts()) + ")";
            terms.add(
                    switch (each.at("operator").text().orElse("")) {
                        case "In" -> key + " in " + values;
                        case "NotIn" -> key + " notin " + values;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    });
        }
        return String.join(",", terms);
    }

    /** As people type it. */
    String spoken() {
        return new WorkloadName(kind, name).toString();
    }

    @Override
    public String toString() {
        return spoken() + " in " + namespace;
    }
}
