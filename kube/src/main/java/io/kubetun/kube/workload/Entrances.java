package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.AgentState;
import io.kubetun.kube.document.Tree;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The ports of the agent's own, on the pods' addresses, to which Services lead in the place of the original's.
 *
 * @param own the agent's port by the original's
 */
record Entrances(Map<Integer, Integer> own) {
    /** None: rules lead the traffic to the agent. */
    static final Entrances NONE = new Entrances(Map.of());

    /** Where the agent is told of them, as {@link #text} writes them. */
    static final String VARIABLE = AgentState.ENTRANCES_VARIABLE;

    /** Where the kubelet asks the agent whether it is ready. */
    static final int READY = AgentContainers.PORT + 1;

    Entrances {
        own = new LinkedHashMap<>(own);
    }

    /** Finds a port of its own for each, which no container says to be its. */
    static Entrances of(Set<Integer> originals, Workload workload) {
        Set<Integer> used = new HashSet<>(originals);
        workload.containers().stream()
                .filter(container -> !Entrances.isAgent(container))
                .flatMap(container -> container.at("ports").items().stream())
                .flatMap(port -> port.at("containerPort").number().stream())
                .forEach(used::add);
        Map<Integer, Integer> own = new LinkedHashMap<>();
        int next = READY;
        for (int original : new TreeSet<>(originals)) {
            do {
                next++;
            } while (used.contains(next));
            own.put(original, next);
        }
        return new Entrances(own);
    }

    private static boolean isAgent(Tree container) {
        return container.at("name").text().orElse("").equals(AgentState.AGENT);
    }

    /** Says whether the agent in a workload's template is led to by Services. */
    static boolean areIn(Workload workload) {
        return workload.pod()
                .at("containers")
                .named(AgentState.AGENT)
                .flatMap(agent -> agent.at("env").named(VARIABLE))
                .isPresent();
    }

    boolean any() {
        return !own.isEmpty();
    }

    /** As the agent is told: {@code 9703=8080}, several with commas. */
    String text() {
        return own.entrySet().stream()
                .map(each -> each.getValue() + "=" + each.getKey())
                .collect(Collectors.joining(","));
    }

    /** As in "9703 (for 8080)". */
    @Override
    public String toString() {
        return own.entrySet().stream()
                .map(each -> each.getValue() + " (for " + each.getKey() + ")")
                .collect(Collectors.joining(", "));
    }
}
