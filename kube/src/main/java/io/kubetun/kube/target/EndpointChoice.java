package io.kubetun.kube.target;

import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.ClusterView;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.SliceRecord.SlicePort;
import io.kubetun.kube.target.Attempt.End;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which endpoints of a Service will do.
 *
 * @param attempt what is being resolved
 * @param view what is known
 * @param service the Service
 * @param slices its slices
 */
record EndpointChoice(Attempt attempt, ClusterView view, ServiceRecord service, List<SliceRecord> slices) {
    /** Of more endpoints without a pod only so many are looked at. */
    private static final int MAX_ADDRESSES = 8;

    /** At a port of the Service; at a port of the pods where it is headless. */
    End atServicePort(int port) {
        if (service.kind() == Kind.HEADLESS) {
            attempt.step("A headless Service gives its pods' addresses: port " + port + " is the pod's.");
            return choose(Optional.empty(), port);
        }
        Optional<Port> tcp = service.ports().stream()
                .filter(p -> p.port() == port && p.protocol() == Protocol.TCP)
                .findFirst();
        return tcp.isPresent() ? choose(tcp, port) : attempt.nowhere(Reason.UNKNOWN_PORT, noPort(port));
    }

    /** At one pod of the Service, by hostname or name. */
    End atHostname(String hostname, int port) {
        List<SliceEndpoint> same = endpoints()
                .filter(endpoint -> endpoint.hostname().equals(Optional.of(hostname))
                        || endpoint.pod().equals(Optional.of(hostname)))
                .toList();
        if (same.isEmpty()) {
            return attempt.nowhere(
                    Reason.UNKNOWN_NAME, "Service " + service.key() + " has no pod of the name " + hostname);
        }
        List<Endpoint> usable = same.stream()
                .filter(SliceEndpoint::usable)
                .flatMap(endpoint -> endpoint.pod().stream())
                .distinct()
                .map(pod -> new Endpoint(service.namespace(), pod, port))
                .toList();
        return usable.isEmpty()
                ? attempt.nowhere(
                        Reason.NO_ENDPOINTS, "pod " + hostname + " of Service " + service.key() + " is not ready")
                : attempt.pods(usable);
    }

    private End choose(Optional<Port> servicePort, int port) {
        Set<Endpoint> pods = new LinkedHashSet<>();
        Map<InetAddress, Integer> strangers = new LinkedHashMap<>();
        for (SliceRecord slice : slices) {
            Optional<Integer> podPort = servicePort.isEmpty()
                    ? Optional.of(port)
                    : slice.ports().stream()
                            .filter(p -> p.protocol() == Protocol.TCP
                                    && p.name().equals(servicePort.get().name()))
                            .map(SlicePort::port)
                            .map(number -> number == 0 ? port : number)
                            .findFirst();
            if (podPort.isEmpty()) {
                continue;
            }
            for (SliceEndpoint endpoint : slice.endpoints()) {
                if (!endpoint.usable()) {
                    continue;
                }
                if (endpoint.pod().isPresent()) {
                    pods.add(new Endpoint(service.namespace(), endpoint.pod().get(), podPort.get()));
                } else if (strangers.size() < MAX_ADDRESSES) {
                    strangers.put(endpoint.address(), podPort.get());
                }
            }
        }
        if (!pods.isEmpty()) {
            return attempt.pods(List.copyOf(pods));
        }
        return strangers.isEmpty() ? attempt.nowhere(Reason.NO_ENDPOINTS, notReady()) : strangers(strangers);
    }

    /** Endpoints that somebody wrote by hand may be pods all the same. */
    private End strangers(Map<InetAddress, Integer> addresses) {
        List<Endpoint> pods = new ArrayList<>();
        for (Map.Entry<InetAddress, Integer> address : addresses.entrySet()) {
            Answer<PodRecord> answer = view.podAt(address.getKey());
            if (answer instanceof Answer.Unasked<PodRecord>(var query)) {
                return new Attempt.Wants(query);
            }
            if (answer instanceof Answer.Found<PodRecord>(PodRecord pod)
                    && !pod.terminating()
                    && pod.phase().equals("Running")) {
                pods.add(new Endpoint(pod.namespace(), pod.name(), address.getValue()));
            }
        }
        String literals =
                addresses.keySet().stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
        return pods.isEmpty()
                ? attempt.nowhere(
                        Reason.NOT_A_POD,
                        "Service " + service.key() + " leads to " + literals
                                + ", which is no pod: it needs the gateway")
                : attempt.pods(pods);
    }

    private String notReady() {
        Set<Object> all = new LinkedHashSet<>();
        Set<Object> ending = new LinkedHashSet<>();
        Set<Object> ready = new LinkedHashSet<>();
        endpoints().forEach(endpoint -> {
            Object identity = endpoint.pod().<Object>map(pod -> pod).orElse(endpoint.address());
            all.add(identity);
            if (endpoint.terminating()) {
                ending.add(identity);
            } else if (endpoint.ready()) {
                ready.add(identity);
            }
        });
        String sentence = "Service " + service.key() + " has no ready endpoint: ";
        if (all.isEmpty()) {
            return sentence
                    + (service.kind() == Kind.SELECTORLESS ? "nobody has given it one" : "no pod matches its selector");
        }
        if (!ready.isEmpty()) {
            return sentence + "none of its " + ready.size() + " ready pods has the port that it names";
        }
        return sentence + "0 of " + all.size() + (all.size() == 1 ? " pod is ready" : " pods are ready")
                + (ending.isEmpty() ? "" : ", " + ending.size() + " terminating");
    }

    private String noPort(int port) {
        boolean other = service.ports().stream().anyMatch(p -> p.port() == port);
        if (other) {
            return "port " + port + " of Service " + service.key()
                    + " is not TCP: a port-forward carries TCP only, the rest needs the gateway";
        }
        String known = service.ports().stream()
                .filter(p -> p.protocol() == Protocol.TCP)
                .map(p -> String.valueOf(p.port()))
                .collect(Collectors.joining(", "));
        return "Service " + service.key() + " has no port " + port
                + (known.isEmpty() ? ", nor any other for TCP" : ", only " + known);
    }

    private Stream<SliceEndpoint> endpoints() {
        return slices.stream().flatMap(slice -> slice.endpoints().stream());
    }
}
