package io.kubetun.kube.names;

import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.SliceRecord.SlicePort;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a Service stands for: its ClusterIPs with each of its ports, or its endpoints with theirs. An endpoint counts as
 * long as it is ready, also while it ends: Kubernetes says so of those that want to be published unready.
 *
 * @param question which part of it
 * @param domain the cluster's domain
 */
record ServiceItems(Question.OfService question, String domain) {
    List<Item> of(ServiceRecord service, Reading reading) {
        String own = service.name() + "." + service.namespace() + ".svc." + domain;
        return service.kind() == Kind.HEADLESS || !question.endpoint().isEmpty()
                ? endpoints(reading.slices(service.key()), own)
                : addresses(service, own);
    }

    private List<Item> addresses(ServiceRecord service, String own) {
        List<Item> items = new ArrayList<>();
        for (Optional<Port> port : orNone(service.ports())) {
            if (wanted(port.map(Port::name), port.map(Port::protocol))) {
                for (InetAddress ip : service.clusterIps()) {
                    items.add(new Item(own, ip, port.map(Port::port)));
                }
            }
        }
        return items;
    }

    private List<Item> endpoints(List<SliceRecord> slices, String own) {
        List<Item> items = new ArrayList<>();
        for (SliceRecord slice : slices) {
            for (SliceEndpoint endpoint : slice.endpoints()) {
                String label = Item.label(endpoint.address(), endpoint.hostname());
                if (!endpoint.ready()
                        || !(question.endpoint().isEmpty()
                                || question.endpoint().equalsIgnoreCase(label))) {
                    continue;
                }
                for (Optional<SlicePort> port : orNone(slice.ports())) {
                    if (wanted(port.map(SlicePort::name), port.map(SlicePort::protocol))) {
                        items.add(new Item(label + "." + own, endpoint.address(), port.map(SlicePort::port)));
                    }
                }
            }
        }
        return items;
    }

    private boolean wanted(Optional<String> port, Optional<Protocol> protocol) {
        String name = protocol.map(p -> p.name().toLowerCase(Locale.ROOT)).orElse("");
        return (question.port().isEmpty() || question.port().equalsIgnoreCase(port.orElse("")))
                && (question.protocol().isEmpty() || question.protocol().equals(name));
    }

    private static <T> List<Optional<T>> orNone(List<T> ports) {
        return ports.isEmpty()
                ? List.of(Optional.empty())
                : ports.stream().map(Optional::of).toList();
    }
}
