package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Endpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pod of a headless Service.
 *
 * @param label its hostname, or its name where it has none
 * @param names what it is called below the Service: hostname and name
 * @param fixed whether its successor will have the same label, as in a StatefulSet
 * @param ready whether it takes traffic
 */
record HeadlessPod(String label, List<String> names, boolean fixed, boolean ready) {
    /** More pods of one headless Service than this have no address of their own. */
    static final int MAX_PER_SERVICE = 250;

    /** In the order in which a StatefulSet counts: peer-2 before peer-10. */
    private static final Comparator<String> COUNTED =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    HeadlessPod {
        names = List.copyOf(names);
    }

    /** The pods of a Service, each once (it has an endpoint for each family of addresses), in a fixed order. */
    static SortedMap<String, HeadlessPod> of(ServiceState service) {
        TreeMap<String, HeadlessPod> pods = new TreeMap<>(COUNTED);
        for (Endpoint endpoint : service.endpoints()) {
            endpoint.pod()
                    .map(name -> of(endpoint, name))
                    .ifPresent(pod -> pods.merge(pod.label(), pod, HeadlessPod::either));
        }
        while (pods.size() > MAX_PER_SERVICE) {
            pods.pollLastEntry();
        }
        return pods;
    }

    HeadlessPod absent() {
        return new HeadlessPod(label, names, fixed, false);
    }

    private static HeadlessPod of(Endpoint endpoint, String podName) {
        List<String> names = new ArrayList<>();
        endpoint.hostname().ifPresent(names::add);
        if (!names.contains(podName)) {
            names.add(podName);
        }
        return new HeadlessPod(names.getFirst(), names, endpoint.hostname().isPresent(), endpoint.ready());
    }

    private static HeadlessPod either(HeadlessPod one, HeadlessPod other) {
        return one.ready ? one : other;
    }
}
