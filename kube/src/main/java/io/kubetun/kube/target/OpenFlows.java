package io.kubetun.kube.target;

import io.kubetun.kube.Resolution.Endpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** How many flows lead to each pod now. Holds an entry only for pods that have one. Thread-safe. */
final class OpenFlows {
    private final Map<Pod, Integer> counts = new ConcurrentHashMap<>();

    void opened(Endpoint endpoint) {
        counts.merge(Pod.of(endpoint), 1, Integer::sum);
    }

    void closed(Endpoint endpoint) {
        counts.computeIfPresent(Pod.of(endpoint), (pod, count) -> count == 1 ? null : count - 1);
    }

    int count(Endpoint endpoint) {
        return counts.getOrDefault(Pod.of(endpoint), 0);
    }

    /** Sorts the least loaded to the front, equal ones in a random order. */
    List<Endpoint> leastLoadedFirst(List<Endpoint> candidates) {
        if (candidates.size() < 2) {
            return candidates;
        }
        record Loaded(Endpoint endpoint, int count) {}
        List<Loaded> loaded = new ArrayList<>();
        candidates.forEach(candidate -> loaded.add(new Loaded(candidate, count(candidate))));
        Collections.shuffle(loaded, ThreadLocalRandom.current());
        loaded.sort(Comparator.comparingInt(Loaded::count));
        return loaded.stream().map(Loaded::endpoint).toList();
    }

    private record Pod(String namespace, String name) {
        static Pod of(Endpoint endpoint) {
            return new Pod(endpoint.namespace(), endpoint.pod());
        }
    }
}
