package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.Target;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One address that should be there, and what it should serve.
 *
 * @param key whose
 * @param durable whether the same name will come again, so that its address is worth remembering
 * @param podNames the labels a pod goes by: hostname and name; empty for a Service
 * @param ports from the port here to where it leads
 */
record ForwardPlan(ForwardKey key, boolean durable, List<String> podNames, SortedMap<Integer, Target> ports) {
    ForwardPlan {
        podNames = List.copyOf(podNames);
        ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
    }
}
