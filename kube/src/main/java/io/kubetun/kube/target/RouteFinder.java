package io.kubetun.kube.target;

import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.ClusterView;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.SliceRecord;
import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds what a gateway is to dial, with what the view knows at this moment; asks nobody. The gateway is in the cluster: a
 * ClusterIP is balanced for it, and what is no pod it reaches as a pod does. Thread-safe.
 *
 * @param view what is known
 * @param activeNamespace where short names are looked up
 * @param clusterDomain the cluster's DNS domain
 * @param protocol by what transport it dials
 */
record RouteFinder(ClusterView view, String activeNamespace, String clusterDomain, Protocol protocol) {
    /** A chain of ExternalNames that is longer is a loop. */
    private static final int MAX_ALIASES = 8;

    Route find(Target target) {
        return switch (target) {
            case Target.Name(String host, int port) -> name(host, port, 0);
            case Target.Address(InetAddress ip, int port) -> address(ip, port);
            case Target.Service(String namespace, String name, int port) ->
                service(new ObjectKey(namespace, name), port, 0, this::noService);
            case Target.Pod(String namespace, String name, int port) -> pod(new ObjectKey(namespace, name), port);
        };
    }

    /** An address is dialled as it is; only the ports of a Service that is in sight are known before. */
    private Route address(InetAddress ip, int port) {
        return view.serviceAt(ip) instanceof Answer.Found<ServiceRecord>(ServiceRecord service)
                ? clusterIp(service, ip, port)
                : new Route.To(new Target.Address(ip, port));
    }

    private Route name(String host, int port, int aliases) {
        boolean certain = host.endsWith(".svc") || host.endsWith("." + clusterDomain);
        return switch (HostName.parse(host, clusterDomain)) {
            case HostName.OfService(String name, Optional<String> namespace) ->
                service(new ObjectKey(namespace.orElse(activeNamespace), name), port, aliases, this::noService);
            case HostName.OfPod(String hostname, String service, Optional<String> namespace) ->
                namespace.isPresent()
                        ? podOf(hostname, new ObjectKey(namespace.get(), service), port, elsewhere(host, port, certain))
                        : twoLabels(hostname, service, port, aliases, elsewhere(host, port, certain));
            case HostName.OfPodAddress(InetAddress ip) -> address(ip, port);
            case HostName.Foreign(String why) ->
                certain
                        ? new Route.Nowhere(Reason.UNKNOWN_NAME, "the cluster has no name " + host + ": " + why)
                        : new Route.To(new Target.Name(host, port));
        };
    }

    /** A name with dots that is none of the cluster's Services may be one of the world's. */
    private Function<ObjectKey, Route> elsewhere(String host, int port, boolean certain) {
        return certain ? this::noService : key -> new Route.To(new Target.Name(host, port));
    }

    /** As DNS does with a pod's search list: a pod of a Service of the active namespace, then a Service elsewhere. */
    private Route twoLabels(String first, String second, int port, int aliases, Function<ObjectKey, Route> otherwise) {
        ObjectKey local = new ObjectKey(activeNamespace, second);
        return switch (view.service(local)) {
            case Answer.Found<ServiceRecord>(ServiceRecord service)
            when service.kind() == Kind.HEADLESS -> podOf(first, local, port, otherwise);
            case Answer.Unasked<ServiceRecord>(var query) -> new Route.Wants(query);
            default -> service(new ObjectKey(second, first), port, aliases, otherwise);
        };
    }

    private Route service(ObjectKey key, int port, int aliases, Function<ObjectKey, Route> otherwise) {
        return switch (view.service(key)) {
            case Answer.Found<ServiceRecord>(ServiceRecord service) -> service(service, port, aliases);
            case Answer.Absent<ServiceRecord> absent -> otherwise.apply(key);
            case Answer.Unasked<ServiceRecord>(var query) -> new Route.Wants(query);
            // The gateway's resolver knows what this user may not see, or cannot ask for now.
            case Answer.Denied<ServiceRecord> denied -> new Route.To(new Target.Name(full(key), port));
            case Answer.Unreachable<ServiceRecord> away -> new Route.To(new Target.Name(full(key), port));
        };
    }

    private Route service(ServiceRecord service, int port, int aliases) {
        return switch (service.kind()) {
            case EXTERNAL_NAME -> alias(service, port, aliases + 1);
            case HEADLESS -> endpoint(service, port, SliceEndpoint::usable);
            case CLUSTER_IP, SELECTORLESS ->
                service.clusterIps().isEmpty()
                        ? new Route.Nowhere(Reason.NO_ENDPOINTS, "Service " + service.key() + " has no ClusterIP yet")
                        : clusterIp(service, service.clusterIps().getFirst(), port);
        };
    }

    /** At a port that a Service does not have, some clusters answer nothing at all. */
    private Route clusterIp(ServiceRecord service, InetAddress ip, int port) {
        boolean has = service.ports().stream().anyMatch(each -> each.port() == port && each.protocol() == protocol);
        if (has) {
            return new Route.To(new Target.Address(ip, port));
        }
        String known = service.ports().stream()
                .filter(each -> each.protocol() == protocol)
                .map(each -> String.valueOf(each.port()))
                .collect(Collectors.joining(", "));
        return new Route.Nowhere(
                Reason.UNKNOWN_PORT,
                "Service " + service.key() + " has no " + protocol + " port " + port
                        + (known.isEmpty() ? ", nor any other" : ", only " + known));
    }

    private Route alias(ServiceRecord service, int port, int aliases) {
        String name = service.externalName().orElse("");
        String absolute = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (aliases > MAX_ALIASES || absolute.isEmpty()) {
            return new Route.Nowhere(
                    Reason.UNKNOWN_NAME,
                    "Service " + service.key() + " leads to no name, or to more than " + MAX_ALIASES + " in a row");
        }
        boolean inCluster = absolute.endsWith(".svc") || absolute.endsWith(".svc." + clusterDomain);
        return inCluster ? name(absolute, port, aliases) : new Route.To(Target.of(absolute, port));
    }

    private Route podOf(String hostname, ObjectKey key, int port, Function<ObjectKey, Route> otherwise) {
        return switch (view.service(key)) {
            case Answer.Found<ServiceRecord>(ServiceRecord service) ->
                endpoint(
                        service,
                        port,
                        each -> each.hostname().equals(Optional.of(hostname))
                                || each.pod().equals(Optional.of(hostname)));
            case Answer.Absent<ServiceRecord> absent -> otherwise.apply(key);
            case Answer.Unasked<ServiceRecord>(var query) -> new Route.Wants(query);
            case Answer.Denied<ServiceRecord> denied -> new Route.To(new Target.Name(hostname + "." + full(key), port));
            case Answer.Unreachable<ServiceRecord> away ->
                new Route.To(new Target.Name(hostname + "." + full(key), port));
        };
    }

    private Route endpoint(ServiceRecord service, int port, Predicate<SliceEndpoint> which) {
        return switch (view.slices(service.key())) {
            case Answer.Found<List<SliceRecord>>(List<SliceRecord> slices) -> {
                List<InetAddress> addresses = slices.stream()
                        .flatMap(slice -> slice.endpoints().stream())
                        .filter(which)
                        .map(SliceEndpoint::address)
                        .distinct()
                        .toList();
                yield addresses.isEmpty()
                        ? new Route.Nowhere(
                                Reason.NO_ENDPOINTS, "Service " + service.key() + " has no such ready endpoint")
                        : new Route.To(new Target.Address(
                                addresses.get(ThreadLocalRandom.current().nextInt(addresses.size())), port));
            }
            case Answer.Unasked<List<SliceRecord>>(var query) -> new Route.Wants(query);
            case Answer.Absent<List<SliceRecord>> absent ->
                new Route.Nowhere(Reason.NO_ENDPOINTS, "Service " + service.key() + " has no endpoint");
            case Answer.Denied<List<SliceRecord>> denied -> new Route.To(new Target.Name(full(service.key()), port));
            case Answer.Unreachable<List<SliceRecord>> away -> new Route.To(new Target.Name(full(service.key()), port));
        };
    }

    private Route pod(ObjectKey key, int port) {
        return switch (view.pod(key)) {
            case Answer.Found<PodRecord>(PodRecord pod)
            when !pod.addresses().isEmpty() && !pod.ended() ->
                new Route.To(new Target.Address(pod.addresses().getFirst(), port));
            case Answer.Found<PodRecord> other ->
                new Route.Nowhere(Reason.NO_ENDPOINTS, "pod " + key + " has no address of its own now");
            case Answer.Absent<PodRecord> absent ->
                new Route.Nowhere(
                        Reason.UNKNOWN_NAME, "there is no pod " + key.name() + " in namespace " + key.namespace());
            case Answer.Unasked<PodRecord>(var query) -> new Route.Wants(query);
            case Answer.Denied<PodRecord>(String permission) ->
                new Route.Nowhere(Reason.FORBIDDEN, "cannot resolve pod " + key + ": this user may not " + permission);
            case Answer.Unreachable<PodRecord>(String why) ->
                new Route.Nowhere(
                        Reason.CLUSTER_LOST,
                        "cannot resolve pod " + key + ": the API server does not answer (" + why + ")");
        };
    }

    private Route noService(ObjectKey key) {
        return new Route.Nowhere(
                Reason.UNKNOWN_NAME, "there is no Service " + key.name() + " in namespace " + key.namespace());
    }

    private String full(ObjectKey service) {
        return service.name() + "." + service.namespace() + ".svc." + clusterDomain;
    }
}
