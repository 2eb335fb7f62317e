package io.kubetun.kube.target;

import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.catalog.Answer;
import io.kubetun.kube.catalog.ClusterView;
import io.kubetun.kube.catalog.PodRecord;
import io.kubetun.kube.catalog.ServiceRecord;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.kube.target.Attempt.End;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState.Kind;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Finds the pods behind a target, with what the view knows at this moment; asks nobody. Thread-safe.
 *
 * @param view what is known
 * @param activeNamespace where short names are looked up
 * @param clusterDomain the cluster's DNS domain
 */
record Resolver(ClusterView view, String activeNamespace, String clusterDomain) {
    /** A chain of ExternalNames that is longer is a loop. */
    private static final int MAX_ALIASES = 8;

    End resolve(Target target) {
        Attempt attempt = new Attempt(target);
        return switch (target) {
            case Target.Name(String host, int port) -> name(attempt, host, port, 0);
            case Target.Address(InetAddress ip, int port) -> address(attempt, ip, port);
            case Target.Service(String namespace, String name, int port) ->
                service(attempt, new ObjectKey(namespace, name), port, 0);
            case Target.Pod(String namespace, String name, int port) ->
                pod(attempt, new ObjectKey(namespace, name), port);
        };
    }

    private End name(Attempt attempt, String host, int port, int aliases) {
        return switch (HostName.parse(host, clusterDomain)) {
            case HostName.OfService(String name, Optional<String> namespace) ->
                service(attempt, new ObjectKey(namespace.orElse(activeNamespace), name), port, aliases);
            case HostName.OfPod(String hostname, String service, Optional<String> namespace) ->
                namespace.isPresent()
                        ? podOf(attempt, hostname, new ObjectKey(namespace.get(), service), port)
                        : twoLabels(attempt, hostname, service, port, aliases);
            case HostName.OfPodAddress(InetAddress ip) -> {
                attempt.step(host + " is the pod with the address " + ip.getHostAddress() + ".");
                yield address(attempt, ip, port);
            }
            case HostName.Foreign(String why) ->
                attempt.nowhere(Reason.UNKNOWN_NAME, "the cluster has no name " + host + ": " + why);
        };
    }

    /** As DNS does with a pod's search list: a pod of a Service of the active namespace, then a Service elsewhere. */
    private End twoLabels(Attempt attempt, String first, String second, int port, int aliases) {
        ObjectKey local = new ObjectKey(activeNamespace, second);
        ObjectKey elsewhere = new ObjectKey(second, first);
        Answer<ServiceRecord> answer = view.service(local);
        if (answer instanceof Answer.Found<ServiceRecord>(ServiceRecord service) && service.kind() == Kind.HEADLESS) {
            attempt.step(second + " is a headless Service of the active namespace " + activeNamespace + ", so " + first
                    + " is a pod of it.");
            return podOf(attempt, first, local, port);
        }
        return answer instanceof Answer.Unasked<ServiceRecord>(var query)
                ? new Attempt.Wants(query)
                : service(attempt, elsewhere, port, aliases);
    }

    private End service(Attempt attempt, ObjectKey key, int port, int aliases) {
        return attempt.with(view.service(key), found -> {
            if (found.isEmpty()) {
                return attempt.nowhere(
                        Reason.UNKNOWN_NAME, "there is no Service " + key.name() + " in namespace " + key.namespace());
            }
            ServiceRecord service = found.get();
            attempt.step("Service " + key + " is "
                    + switch (service.kind()) {
                        case CLUSTER_IP -> "one with the ClusterIP " + literals(service.clusterIps());
                        case HEADLESS -> "headless";
                        case EXTERNAL_NAME ->
                            "an ExternalName for " + service.externalName().orElse("nothing");
                        case SELECTORLESS -> "one without a selector";
                    }
                    + ".");
            if (service.kind() == Kind.EXTERNAL_NAME) {
                return alias(attempt, key, service.externalName().orElse(""), port, aliases + 1);
            }
            return attempt.with(
                    view.slices(key),
                    slices -> new EndpointChoice(attempt, view, service, slices.orElse(List.of())).atServicePort(port));
        });
    }

    private End alias(Attempt attempt, ObjectKey key, String name, int port, int aliases) {
        if (aliases > MAX_ALIASES) {
            return attempt.nowhere(
                    Reason.UNKNOWN_NAME,
                    "Service " + key + " leads to more than " + MAX_ALIASES + " ExternalNames, a loop");
        }
        String absolute = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean inCluster = absolute.endsWith(".svc") || absolute.endsWith(".svc." + clusterDomain);
        if (!inCluster) {
            return attempt.nowhere(
                    Reason.NOT_A_POD,
                    "Service " + key + " is an ExternalName for " + name
                            + ", which is outside of the cluster's Services: it needs the gateway");
        }
        return name(attempt, absolute, port, aliases);
    }

    private End podOf(Attempt attempt, String hostname, ObjectKey key, int port) {
        return attempt.with(view.service(key), found -> {
            if (found.isEmpty()) {
                return attempt.nowhere(
                        Reason.UNKNOWN_NAME, "there is no Service " + key.name() + " in namespace " + key.namespace());
            }
            return attempt.with(
                    view.slices(key),
                    slices -> new EndpointChoice(attempt, view, found.get(), slices.orElse(List.of()))
                            .atHostname(hostname, port));
        });
    }

    private End pod(Attempt attempt, ObjectKey key, int port) {
        Answer<PodRecord> answer = view.pod(key);
        if (answer instanceof Answer.Denied<PodRecord>(String permission)) {
            attempt.step("This user may not " + permission + ": trying it unseen.");
            return attempt.pods(List.of(new Endpoint(key.namespace(), key.name(), port)));
        }
        return attempt.with(
                answer,
                found -> found.map(pod -> running(attempt, pod, port))
                        .orElseGet(() -> attempt.nowhere(
                                Reason.UNKNOWN_NAME,
                                "there is no pod " + key.name() + " in namespace " + key.namespace())));
    }

    private static End running(Attempt attempt, PodRecord pod, int port) {
        String state = pod.terminating() ? "terminating" : pod.phase();
        attempt.step("Pod " + pod.key() + " is " + state + ".");
        return state.equals("Running")
                ? attempt.pods(List.of(new Endpoint(pod.namespace(), pod.name(), port)))
                : attempt.nowhere(Reason.NO_ENDPOINTS, "pod " + pod.key() + " is " + state);
    }

    private End address(Attempt attempt, InetAddress ip, int port) {
        Answer<ServiceRecord> service = view.serviceAt(ip);
        if (service instanceof Answer.Found<ServiceRecord>(ServiceRecord value)) {
            attempt.step(ip.getHostAddress() + " is the ClusterIP of " + value.key() + ".");
            return service(attempt, value.key(), port, 0);
        }
        Answer<PodRecord> pod = view.podAt(ip);
        if (pod instanceof Answer.Found<PodRecord>(PodRecord value)) {
            attempt.step(ip.getHostAddress() + " is the address of a pod.");
            return running(attempt, value, port);
        }
        if (service instanceof Answer.Unasked<ServiceRecord>(var query)) {
            return new Attempt.Wants(query);
        }
        if (pod instanceof Answer.Unasked<PodRecord>(var query)) {
            return new Attempt.Wants(query);
        }
        String denied = denied(service).or(() -> denied(pod)).orElse("");
        if (!denied.isEmpty()) {
            return attempt.nowhere(
                    Reason.UNKNOWN_NAME,
                    ip.getHostAddress()
                            + " is no ClusterIP and no pod's address in the namespaces in use, and this user may not "
                            + denied);
        }
        return attempt.with(
                service,
                none -> attempt.with(
                        pod,
                        nothing -> attempt.nowhere(
                                Reason.NOT_A_POD,
                                ip.getHostAddress()
                                        + " is no ClusterIP and no pod's own address: it needs the gateway")));
    }

    private static Optional<String> denied(Answer<?> answer) {
        return answer instanceof Answer.Denied<?>(String permission) ? Optional.of(permission) : Optional.empty();
    }

    private static String literals(List<InetAddress> addresses) {
        return String.join(
                ", ", addresses.stream().map(InetAddress::getHostAddress).toList());
    }
}
