package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.cluster.Cluster;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Numbers the clusters of a user, from 0 up: each its own second octet, the same at every start, so that two sessions
 * of different clusters never meet.
 */
final class ClusterIndex {
    /** 127.1 to 127.254. One more takes the number of the one that was not used for longest. */
    static final int MAX = 254;

    private static final String FILE = "clusters.json";

    private ClusterIndex() {}

    /**
     * Returns the number of a cluster. Call it under the lock.
     *
     * @param state where it is kept
     * @param identity which cluster: its context and server tell it from others
     */
    static int of(SharedState state, Cluster.Identity identity) throws IOException {
        String cluster = identity.context() + " " + identity.server();
        Map<String, Entry> entries = new HashMap<>();
        state.read(FILE).forEach((name, value) -> Entry.read(value, name, entries));
        int index = entries.containsKey(cluster) ? entries.get(cluster).index() : free(state, entries);
        entries.put(cluster, new Entry(index, Instant.now().toString()));
        Map<String, Object> written = new HashMap<>();
        entries.forEach((name, entry) -> written.put(name, Map.of("index", entry.index(), "used", entry.used())));
        state.write(FILE, written);
        return index;
    }

    private static int free(SharedState state, Map<String, Entry> entries) throws IOException {
        if (entries.size() >= MAX) {
            String oldest = entries.keySet().stream()
                    .min(Comparator.comparing(name -> entries.get(name).used()))
                    .orElseThrow();
            state.delete(AddressBook.file(entries.remove(oldest).index()));
        }
        Set<Integer> used = new HashSet<>();
        entries.values().forEach(entry -> used.add(entry.index()));
        return IntStream.range(0, MAX)
                .filter(index -> !used.contains(index))
                .findFirst()
                .orElseThrow();
    }

    private record Entry(int index, String used) {
        static void read(Object value, String name, Map<String, Entry> entries) {
            if (value instanceof Map<?, ?> map
                    && map.get("index") instanceof Number index
                    && map.get("used") instanceof String used
                    && index.intValue() >= 0
                    && index.intValue() < MAX) {
                entries.put(name, new Entry(index.intValue(), used));
            }
        }
    }
}
