package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Endpoint;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Services as a cluster would tell them. */
final class Services {
    private Services() {}

    static ServiceState clusterIp(String namespace, String name, int... ports) {
        return of(namespace, name, Kind.CLUSTER_IP, tcp(ports), List.of(pod(name + "-6c5d-x1", "10.244.0.5", true)));
    }

    static ServiceState withoutPods(String namespace, String name, int... ports) {
        return of(namespace, name, Kind.CLUSTER_IP, tcp(ports), List.of());
    }

    static ServiceState headless(String namespace, String name, int port, Endpoint... pods) {
        return of(namespace, name, Kind.HEADLESS, tcp(port), List.of(pods));
    }

    static ServiceState selectorless(String namespace, String name, int port, Endpoint... endpoints) {
        return of(namespace, name, Kind.SELECTORLESS, tcp(port), List.of(endpoints));
    }

    static ServiceState externalName(String namespace, String name, String leadsTo, int... ports) {
        return new ServiceState(
                namespace, name, Kind.EXTERNAL_NAME, List.of(), Optional.of(leadsTo), tcp(ports), List.of());
    }

    static ServiceState of(String namespace, String name, Kind kind, List<Port> ports, List<Endpoint> endpoints) {
        return new ServiceState(namespace, name, kind, List.of(), Optional.empty(), ports, endpoints);
    }

    static List<Port> tcp(int... ports) {
        return Arrays.stream(ports)
                .mapToObj(port -> new Port("p" + port, port, Protocol.TCP))
                .toList();
    }

    /** Pods of a StatefulSet: they have hostnames. */
    static Endpoint[] peers(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> peer(name + "-" + i, true))
                .toArray(Endpoint[]::new);
    }

    static Endpoint peer(String name, boolean ready) {
        return new Endpoint(
                ip("10.244.1." + (1 + Math.floorMod(name.hashCode(), 250))),
                Optional.of(name),
                Optional.of(name),
                ready);
    }

    static Endpoint pod(String name, String ip, boolean ready) {
        return new Endpoint(ip(ip), Optional.of(name), Optional.empty(), ready);
    }

    static Endpoint foreign(String ip) {
        return new Endpoint(ip(ip), Optional.empty(), Optional.empty(), true);
    }

    static InetAddress ip(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
