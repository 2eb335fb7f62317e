package io.kubetun.kube.addresses;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.cluster.ClusterAddresses.Kind;
import io.kubetun.spi.cluster.ClusterAddresses.Range;
import io.kubetun.spi.host.Cidr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out which addresses a cluster has, by the most certain question that its user may ask. Blocks; changes nothing.
 *
 * @param api the API server
 * @param namespace the active namespace, for who may not ask in all
 */
public record AddressDiscovery(ApiClient api, String namespace) {
    private static final String SERVICE_CIDRS = "/apis/networking.k8s.io/v1/servicecidrs";
    private static final String NODES = "/api/v1/nodes";

    /** Whatever the name server's Service is called, it has this label, which is as old as DNS in Kubernetes. */
    private static final String NAME_SERVERS =
            "/api/v1/namespaces/kube-system/services?labelSelector=k8s-app%3Dkube-dns";

    /** kubeadm takes this address of each range for the name server, and so do those that are not made by it. */
    private static final int NAME_SERVER = 10;

    private static final int NAME_SERVER_BITS = 4;

    /** An address that is in no range of a cluster: the API server's refusal names the ranges. */
    private static final String PROBE = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"kubetun-probe"},\
            "spec":{"clusterIP":"192.0.2.1","ports":[{"port":1}]}}""";

    private static final Pattern RANGE = Pattern.compile("[0-9a-fA-F:.]+/\\d{1,3}");

    /** More networks than this are told as wider ones. */
    private static final int MAX_GUESSES = 128;

    private static final int GUESS = 24;
    private static final int WIDE_GUESS = 16;
    private static final int GUESS_V6 = 112;

    /**
     * Asks.
     *
     * @return what was found
     * @throws IOException if the server cannot be reached
     */
    public ClusterAddresses ask() throws IOException {
        List<Range> certain = services();
        List<Range> ranges = new ArrayList<>(certain.isEmpty() ? servicesInSight() : certain);
        for (Range pods : pods()) {
            if (ranges.stream().noneMatch(known -> known.cidr().overlaps(pods.cidr()))) {
                ranges.add(pods);
            }
        }
        return new ClusterAddresses(ranges, nameServers(certain));
    }

    private List<Range> services() throws IOException {
        Optional<Tree> objects = allowed(SERVICE_CIDRS);
        if (objects.isPresent()) {
            List<Range> ranges = objects.get().at("items").items().stream()
                    .flatMap(each -> each.at("spec", "cidrs").texts().stream())
                    .flatMap(text -> range(text, Kind.SERVICES, "its ServiceCIDR objects").stream())
                    .toList();
            if (!ranges.isEmpty()) {
                return ranges;
            }
        }
        return probe();
    }

    private List<Range> servicesInSight() throws IOException {
        Set<String> seen = new LinkedHashSet<>();
        for (Tree service : list("services")) {
            seen.addAll(service.at("spec", "clusterIPs").texts());
            service.at("spec", "clusterIP").text().ifPresent(seen::add);
        }
        return guesses(seen, Kind.SERVICES, "the Services in sight");
    }

    /** "…The range of valid IPs is 10.96.0.0/16": asked for with a wrong address, and as a dry run. */
    private List<Range> probe() throws IOException {
        try {
            api.post("/api/v1/namespaces/" + namespace + "/services?dryRun=All", PROBE);
            return List.of();
        } catch (ApiException e) {
            int at = String.valueOf(e.getMessage()).indexOf("range of valid IPs");
            List<Range> ranges = new ArrayList<>();
            if (e.status() == 422 && at >= 0) {
                Matcher matcher = RANGE.matcher(e.getMessage().substring(at));
                while (matcher.find()) {
                    range(matcher.group(), Kind.SERVICES, "what it said to a dry run")
                            .ifPresent(ranges::add);
                }
            }
            return ranges;
        }
    }

    private List<Range> pods() throws IOException {
        List<Range> ranges = new ArrayList<>();
        for (Tree node : allowed(NODES).map(each -> each.at("items").items()).orElse(List.of())) {
            for (String text : node.at("spec", "podCIDRs").texts()) {
                range(text, Kind.PODS, "its nodes").ifPresent(ranges::add);
            }
        }
        Set<String> seen = new LinkedHashSet<>();
        for (Tree pod : list("pods")) {
            if (!pod.at("spec", "hostNetwork").flag(false)) {
                pod.at("status", "podIPs")
                        .items()
                        .forEach(ip -> ip.at("ip").text().ifPresent(seen::add));
                pod.at("status", "podIP").text().ifPresent(seen::add);
            }
        }
        // Not every network gives pods the addresses that the nodes say.
        for (Range guess : guesses(seen, Kind.PODS, "the pods in sight")) {
            if (ranges.stream().noneMatch(known -> known.cidr().overlaps(guess.cidr()))) {
                ranges.add(guess);
            }
        }
        return ranges;
    }

    private static List<Range> guesses(Set<String> addresses, Kind kind, String source) {
        List<Range> close = guesses(addresses, kind, source, GUESS);
        return close.size() <= MAX_GUESSES ? close : guesses(addresses, kind, source, WIDE_GUESS);
    }

    private static List<Range> guesses(Set<String> addresses, Kind kind, String source, int prefix) {
        return addresses.stream()
                .filter(text -> !text.equals("None") && !text.isEmpty())
                .flatMap(text -> range(text + "/" + (text.indexOf(':') < 0 ? prefix : GUESS_V6), kind, source).stream())
                .distinct()
                .toList();
    }

    private static Optional<Range> range(String text, Kind kind, String source) {
        try {
            return Optional.of(new Range(Cidr.of(text), kind, source));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** By its Service; who may not see that, or has none so labelled, takes the usual address of ranges that are certain. */
    private List<InetAddress> nameServers(List<Range> certain) throws IOException {
        List<InetAddress> told = allowed(NAME_SERVERS)
                .map(each -> each.at("items").items())
                .orElse(List.of())
                .stream()
                .flatMap(service -> service.at("spec", "clusterIPs").texts().stream())
                .flatMap(text -> range(text, Kind.SERVICES, NAME_SERVERS).stream())
                .map(range -> range.cidr().network())
                .toList();
        return told.isEmpty()
                ? certain.stream()
                        .flatMap(range -> usual(range.cidr()).stream())
                        .toList()
                : told;
    }

    private static Optional<InetAddress> usual(Cidr range) {
        byte[] bytes = range.network().getAddress();
        if (range.prefix() > bytes.length * Byte.SIZE - NAME_SERVER_BITS) {
            return Optional.empty();
        }
        bytes[bytes.length - 1] |= (byte) NAME_SERVER;
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<Tree> list(String plural) throws IOException {
        Optional<Tree> all = allowed("/api/v1/" + plural);
        Optional<Tree> some = all.isPresent() ? all : allowed("/api/v1/namespaces/" + namespace + "/" + plural);
        return some.map(each -> each.at("items").items()).orElse(List.of());
    }

    /** Empty where the user may not, or the server does not know the kind. */
    private Optional<Tree> allowed(String path) throws IOException {
        try {
            return Optional.of(api.get(path));
        } catch (ApiException e) {
            return Optional.empty();
        }
    }
}
