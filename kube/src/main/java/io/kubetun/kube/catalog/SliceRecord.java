package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * An endpoint slice: some of the addresses behind a Service, and the ports there.
 *
 * @param namespace its namespace
 * @param name its name
 * @param service the name of its Service; empty if it belongs to none
 * @param ports ports, by the names that the Service gives them
 * @param endpoints addresses
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/">Kubernetes: EndpointSlices</a>
 */
public record SliceRecord(
        String namespace, String name, String service, List<SlicePort> ports, List<SliceEndpoint> endpoints)
        implements Stored {

    /**
     * A port, the same at each endpoint of the slice.
     *
     * @param name the name of the Service's port; may be empty
     * @param port the number at the pod; 0 if the slice leaves it open
     * @param protocol its transport
     */
    public record SlicePort(String name, int port, Protocol protocol) {}

    /**
     * An address.
     *
     * @param address the address
     * @param pod the pod that it is of
     * @param hostname its name below the Service's
     * @param ready whether it takes traffic
     * @param terminating whether its pod is about to end
     */
    public record SliceEndpoint(
            InetAddress address, Optional<String> pod, Optional<String> hostname, boolean ready, boolean terminating) {
        /**
         * Says whether new flows may go there.
         *
         * @return true if it is ready and will stay
         */
        public boolean usable() {
            return ready && !terminating;
        }
    }

    /**
     * Trims a slice.
     *
     * @param slice as the API server sends it
     * @return what matters of it
     */
    static SliceRecord of(Tree slice) {
        List<SliceEndpoint> endpoints = new ArrayList<>();
        for (Tree endpoint : slice.at("endpoints").items()) {
            Tree conditions = endpoint.at("conditions");
            boolean ready = conditions.at("ready").flag(true);
            boolean terminating = conditions.at("terminating").flag(false);
            for (String text : endpoint.at("addresses").texts()) {
                Resource.address(text)
                        .ifPresent(address -> endpoints.add(new SliceEndpoint(
                                address, pod(endpoint), endpoint.at("hostname").text(), ready, terminating)));
            }
        }
        return new SliceRecord(
                Resource.namespace(slice),
                Resource.name(slice),
                slice.at("metadata", "labels", "kubernetes.io/service-name")
                        .text()
                        .orElse(""),
                ports(slice.at("ports")),
                List.copyOf(endpoints));
    }

    /**
     * Makes slices of an Endpoints object, the older form of the same.
     *
     * @param endpoints as the API server sends it
     * @return a slice a subset
     */
    static List<SliceRecord> ofEndpoints(Tree endpoints) {
        List<SliceRecord> slices = new ArrayList<>();
        for (Tree subset : endpoints.at("subsets").items()) {
            List<SliceEndpoint> addresses = new ArrayList<>();
            for (boolean ready : new boolean[] {true, false}) {
                for (Tree item :
                        subset.at(ready ? "addresses" : "notReadyAddresses").items()) {
                    item.at("ip")
                            .text()
                            .flatMap(Resource::address)
                            .ifPresent(address -> addresses.add(new SliceEndpoint(
                                    address, pod(item), item.at("hostname").text(), ready, false)));
                }
            }
            String name = Resource.name(endpoints);
            slices.add(new SliceRecord(
                    Resource.namespace(endpoints),
                    name + "-" + slices.size(),
                    name,
                    ports(subset.at("ports")),
                    List.copyOf(addresses)));
        }
        return slices;
    }

    private static List<SlicePort> ports(Tree ports) {
        return ports.items().stream()
                .map(port -> new SlicePort(
                        port.at("name").text().orElse(""),
                        port.at("port").number().orElse(0),
                        ServiceRecord.protocol(port)))
                .toList();
    }

    private static Optional<String> pod(Tree endpoint) {
        Tree target = endpoint.at("targetRef");
        return "Pod".equals(target.at("kind").text().orElse(""))
                ? target.at("name").text()
                : Optional.empty();
    }

    @Override
    public Collection<?> indexKeys() {
        List<Object> keys = new ArrayList<>();
        keys.add(new ObjectKey(namespace, service));
        endpoints.stream().map(SliceEndpoint::address).distinct().forEach(keys::add);
        return keys;
    }
}
