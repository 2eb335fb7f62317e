package io.kubetun.kube.target;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name as a program in a pod says it.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/">Kubernetes: DNS for Services and
 *     Pods</a>
 */
sealed interface HostName {
    /**
     * A Service.
     *
     * @param name its name
     * @param namespace its namespace; empty for the active one
     */
    record OfService(String name, Optional<String> namespace) implements HostName {}

    /**
     * A pod of a Service, or, of two labels without more, a Service and its namespace: DNS tries both, in this order.
     *
     * @param hostname the pod's hostname
     * @param service its Service
     * @param namespace its namespace; empty for the active one
     */
    record OfPod(String hostname, String service, Optional<String> namespace) implements HostName {}

    /**
     * A pod by its address.
     *
     * @param address the address
     */
    record OfPodAddress(InetAddress address) implements HostName {}

    /**
     * None of the cluster's names.
     *
     * @param why a clause
     */
    record Foreign(String why) implements HostName {}

    /** A DNS label of RFC 1123. */
    Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /**
     * Reads a name.
     *
     * @param host the name, in any case
     * @param clusterDomain the cluster's DNS domain
     * @return what it can be
     */
    static HostName parse(String host, String clusterDomain) {
        String name = host.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        String suffix = "." + clusterDomain.toLowerCase(Locale.ROOT);
        boolean full = name.endsWith(suffix);
        String inner = full ? name.substring(0, name.length() - suffix.length()) : name;
        List<String> labels = Arrays.asList(inner.split("\\.", -1));
        if (!labels.stream().allMatch(label -> LABEL.matcher(label).matches())) {
            return new Foreign("it is no DNS name");
        }
        String last = labels.getLast();
        int count = labels.size();
        if (count >= 3 && count <= 4 && last.equals("svc")) {
            return count == 3
                    ? new OfService(labels.get(0), Optional.of(labels.get(1)))
                    : new OfPod(labels.get(0), labels.get(1), Optional.of(labels.get(2)));
        }
        if (count == 3 && last.equals("pod")) {
            Optional<InetAddress> address = dashed(labels.get(0));
            if (address.isPresent()) {
                return new OfPodAddress(address.get());
            }
        }
        if (full) {
            return new Foreign("names below " + clusterDomain + " end with svc or pod before it");
        }
        return switch (count) {
            case 1 -> new OfService(last, Optional.empty());
            case 2 -> new OfPod(labels.get(0), last, Optional.empty());
            case 3 -> new OfPod(labels.get(0), labels.get(1), Optional.of(last));
            default -> new Foreign("it is none of the cluster's names, which end with svc." + clusterDomain);
        };
    }

    private static Optional<InetAddress> dashed(String label) {
        String text = label.matches("\\d{1,3}(-\\d{1,3}){3}") ? label.replace('-', '.') : label.replace('-', ':');
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
