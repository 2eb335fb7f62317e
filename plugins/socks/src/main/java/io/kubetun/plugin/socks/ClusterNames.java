package io.kubetun.plugin.socks;

import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceState;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The short names and ClusterIPs of the Services that a browser may ask for. Safe for use by several threads. */
final class ClusterNames implements ServiceListener {
    /** Above this, a PAC file would slow the browser; the rest is reached by {@code svc.ns.svc}, which always works. */
    static final int MAX_NAMES = 10_000;

    private final String namespace;
    private final Map<String, List<String>> names = new ConcurrentHashMap<>();

    /** Names without a namespace are those of {@code namespace}. */
    ClusterNames(String namespace) {
        this.namespace = namespace;
    }

    @Override
    public void changed(ServiceState service) {
        String key = key(service.namespace(), service.name());
        if (names.size() < MAX_NAMES || names.containsKey(key)) {
            names.put(key, of(service));
        }
    }

    @Override
    public void removed(String gone, String name) {
        names.remove(key(gone, name));
    }

    /** At most {@link #MAX_NAMES} of them, in order. */
    NavigableSet<String> snapshot() {
        NavigableSet<String> all = new TreeSet<>();
        names.values().stream().flatMap(Collection::stream).limit(MAX_NAMES).forEach(all::add);
        return all;
    }

    private List<String> of(ServiceState service) {
        Stream<String> hosts = Stream.concat(
                Stream.of(service.name()),
                service.endpoints().stream()
                        .flatMap(endpoint -> endpoint.hostname().stream())
                        .map(host -> host + "." + service.name()));
        Stream<String> spoken = hosts.flatMap(host -> service.namespace().equals(namespace)
                ? Stream.of(host, key(service.namespace(), host))
                : Stream.of(key(service.namespace(), host)));
        Stream<String> addresses = service.clusterIps().stream().map(ip -> ip.getHostAddress());
        return Stream.concat(spoken, addresses).toList();
    }

    private static String key(String namespace, String name) {
        return name + "." + namespace;
    }
}
