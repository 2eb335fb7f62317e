package io.kubetun.plugin.hostsfwd;

import io.kubetun.plugin.hostsfwd.ServicePlan.Forwarded;
import io.kubetun.plugin.hostsfwd.ServicePlan.Skipped;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what a Service should have here. Pure: the same Service gives the same plan. */
final class ServicePlanner {
    private static final Pattern SERVICE_NAME =
            Pattern.compile("([a-z0-9-]+)\\.([a-z0-9-]+)\\.svc(\\.cluster\\.local)?\\.?");

    private final Map<Integer, Integer> mapping;
    private final KnownServices known;

    ServicePlanner(Map<Integer, Integer> mapping, KnownServices known) {
        this.mapping = Map.copyOf(mapping);
        this.known = known;
    }

    /**
     * Plans one Service.
     *
     * @param service the Service
     * @param pods its pods if it is headless, those that are away for a moment included
     */
    ServicePlan plan(ServiceState service, Collection<HeadlessPod> pods) {
        ForwardKey key = ForwardKey.ofService(service.namespace(), service.name());
        return switch (service.kind()) {
            case CLUSTER_IP -> planPorts(key, service.ports(), toService(key));
            case SELECTORLESS -> onlyForeign(service) ? foreign(key) : planPorts(key, service.ports(), toService(key));
            case HEADLESS ->
                onlyForeign(service) && pods.isEmpty() ? foreign(key) : planHeadless(key, service.ports(), pods);
            case EXTERNAL_NAME -> planExternal(key, service);
        };
    }

    private static IntFunction<Target> toService(ForwardKey key) {
        return port -> new Target.Service(key.namespace(), key.service(), port);
    }

    private static IntFunction<Target> toPod(ForwardKey key, HeadlessPod pod) {
        String host = pod.label() + "." + key.service() + "." + key.namespace() + ".svc.cluster.local";
        return port -> new Target.Name(host, port);
    }

    private static boolean onlyForeign(ServiceState service) {
        return !service.endpoints().isEmpty()
                && service.endpoints().stream()
                        .allMatch(endpoint -> endpoint.pod().isEmpty());
    }

    private static ServicePlan foreign(ForwardKey key) {
        return new Skipped(
                key + " is skipped: its endpoints are written by hand and are no pods, and the API server forwards"
                        + " to pods only.");
    }

    private ServicePlan planExternal(ForwardKey key, ServiceState service) {
        String external = service.externalName().orElse("");
        Matcher name = SERVICE_NAME.matcher(external);
        if (!name.matches()) {
            return new Skipped(key + " is skipped: it leads to " + external + ", which is no Service of the cluster.");
        }
        ForwardKey other = ForwardKey.ofService(name.group(2), name.group(1));
        List<Port> ports = service.ports().isEmpty()
                ? known.apply(other).map(ServiceState::ports).orElse(List.of())
                : service.ports();
        if (ports.isEmpty()) {
            return new Skipped(key + " is skipped: it names no port and leads to " + other
                    + ", which is not among the forwarded Services (-n " + key.namespace() + ","
                    + other.namespace() + ").");
        }
        return planPorts(key, ports, port -> new Target.Name(external, port));
    }

    private ServicePlan planHeadless(ForwardKey key, List<Port> ports, Collection<HeadlessPod> pods) {
        IntFunction<Target> first = pods.stream()
                .filter(HeadlessPod::ready)
                .findFirst()
                .map(pod -> toPod(key, pod))
                .orElse(toService(key));
        ServicePlan own = planPorts(key, ports, first);
        if (!(own instanceof Forwarded(List<ForwardPlan> forwards, List<String> remarks))) {
            return own;
        }
        List<ForwardPlan> all = new ArrayList<>(forwards);
        for (HeadlessPod pod : pods) {
            SortedMap<Integer, Target> targets = localPorts(key, ports, toPod(key, pod), new ArrayList<>());
            all.add(new ForwardPlan(key.ofPod(pod.label()), pod.fixed(), pod.names(), targets));
        }
        List<String> more = new ArrayList<>(remarks);
        if (pods.size() >= HeadlessPod.MAX_PER_SERVICE) {
            more.add("Of " + key + " only the first " + HeadlessPod.MAX_PER_SERVICE + " pods have names of their own.");
        }
        return new Forwarded(List.copyOf(all), List.copyOf(more));
    }

    private ServicePlan planPorts(ForwardKey key, List<Port> ports, IntFunction<Target> target) {
        List<String> remarks = new ArrayList<>();
        SortedMap<Integer, Target> local = localPorts(key, ports, target, remarks);
        if (local.isEmpty()) {
            return new Skipped(key + " is skipped: it has no TCP port.");
        }
        return new Forwarded(List.of(new ForwardPlan(key, true, List.of(), local)), List.copyOf(remarks));
    }

    private SortedMap<Integer, Target> localPorts(
            ForwardKey key, List<Port> ports, IntFunction<Target> target, List<String> remarks) {
        SortedMap<Integer, Target> local = new TreeMap<>();
        List<Integer> tcp = ports.stream()
                .filter(port -> port.protocol() == Protocol.TCP)
                .map(Port::port)
                .sorted()
                .toList();
        tcp.stream().filter(port -> !mapping.containsKey(port)).forEach(port -> local.put(port, target.apply(port)));
        for (int port : tcp) {
            Optional<Integer> mapped = Optional.ofNullable(mapping.get(port));
            if (mapped.isPresent() && local.putIfAbsent(mapped.get(), target.apply(port)) != null) {
                remarks.add("-m " + port + ":" + mapped.get() + " is left out for " + key
                        + ": that port of it is open already.");
            }
        }
        return local;
    }

    /** What is known of another Service. */
    interface KnownServices extends Function<ForwardKey, Optional<ServiceState>> {}
}
