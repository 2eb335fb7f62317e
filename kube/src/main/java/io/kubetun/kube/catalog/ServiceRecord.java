package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A Service.
 *
 * @param namespace its namespace
 * @param name its name
 * @param kind which kind
 * @param clusterIps its ClusterIPs
 * @param externalName what an ExternalName leads to
 * @param ports its ports
 */
public record ServiceRecord(
        String namespace,
        String name,
        Kind kind,
        List<InetAddress> clusterIps,
        Optional<String> externalName,
        List<Port> ports)
        implements Stored {

    /**
     * Trims a Service.
     *
     * @param service as the API server sends it
     * @return what matters of it
     */
    static ServiceRecord of(Tree service) {
        Tree spec = service.at("spec");
        List<String> addresses = spec.at("clusterIPs").texts();
        if (addresses.isEmpty()) {
            addresses = spec.at("clusterIP").text().stream().toList();
        }
        Kind kind = "ExternalName".equals(spec.at("type").text().orElse(""))
                ? Kind.EXTERNAL_NAME
                : addresses.contains("None")
                        ? Kind.HEADLESS
                        : spec.at("selector").names().isEmpty() ? Kind.SELECTORLESS : Kind.CLUSTER_IP;
        return new ServiceRecord(
                Resource.namespace(service),
                Resource.name(service),
                kind,
                addresses.stream()
                        .flatMap(text -> Resource.address(text).stream())
                        .toList(),
                spec.at("externalName").text(),
                spec.at("ports").items().stream()
                        .map(port -> new Port(
                                port.at("name").text().orElse(""),
                                port.at("port").number().orElse(0),
                                protocol(port)))
                        .toList());
    }

    static Protocol protocol(Tree port) {
        return switch (port.at("protocol").text().orElse("TCP")) {
            case "UDP" -> Protocol.UDP;
            case "SCTP" -> Protocol.SCTP;
            default -> Protocol.TCP;
        };
    }

    @Override
    public Collection<?> indexKeys() {
        return clusterIps;
    }
}
