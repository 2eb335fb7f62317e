package io.kubetun.spi.cluster;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A Service and its endpoints at one moment.
 *
 * @param namespace its namespace
 * @param name its name
 * @param kind which kind
 * @param clusterIps its ClusterIPs, empty if it has none
 * @param externalName what an ExternalName leads to
 * @param ports its ports
 * @param endpoints its pods, ready or not; empty for an ExternalName
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/service/">Kubernetes: Service</a>
 */
public record ServiceState(
        String namespace,
        String name,
        Kind kind,
        List<InetAddress> clusterIps,
        Optional<String> externalName,
        List<Port> ports,
        List<Endpoint> endpoints) {
    /** Takes copies. */
    public ServiceState {
        clusterIps = List.copyOf(clusterIps);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /** The kinds of Service. */
    public enum Kind {
        /** It has a ClusterIP and selects pods. */
        CLUSTER_IP,
        /** {@code clusterIP: None}. */
        HEADLESS,
        /** It leads to another name. */
        EXTERNAL_NAME,
        /** It has a ClusterIP and no selector: somebody else writes its endpoints. */
        SELECTORLESS
    }

    /** The transport of a port. */
    public enum Protocol {
        /** TCP. */
        TCP,
        /** UDP. */
        UDP,
        /** SCTP. */
        SCTP
    }

    /**
     * A port of a Service.
     *
     * @param name its name, empty if it has none
     * @param port its number
     * @param protocol its transport
     */
    public record Port(String name, int port, Protocol protocol) {}

    /**
     * One address behind a Service.
     *
     * @param ip the address
     * @param pod the pod's name; empty if it is no pod
     * @param hostname the name it has below the Service's, for headless ones
     * @param ready whether it takes traffic
     */
    public record Endpoint(InetAddress ip, Optional<String> pod, Optional<String> hostname, boolean ready) {}
}
