package io.kubetun.kube.names;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a name asks for, taken apart as CoreDNS's plugin kubernetes does. */
sealed interface Question {
    /**
     * A Service, or an endpoint or port of it.
     *
     * @param namespace its namespace
     * @param name its name
     * @param endpoint the hostname of an endpoint; empty for all
     * @param port the name of a port, without its underscore; empty for all
     * @param protocol the same of a transport
     */
    record OfService(String namespace, String name, String endpoint, String port, String protocol)
            implements Question {}

    /**
     * A pod by its address.
     *
     * @param namespace the namespace that it is said to be in
     * @param label the address with dashes
     */
    record OfPod(String namespace, String label) implements Question {}

    /**
     * A namespace itself.
     *
     * @param name its name
     */
    record OfNamespace(String name) implements Question {}

    /**
     * Which name an address has.
     *
     * @param address the address
     */
    record OfAddress(InetAddress address) implements Question {}

    /** The domain itself, or one of the two levels below it that only hold other names. */
    record Level() implements Question {}

    /** Below the cluster's domain, and nothing that can be there. */
    record Impossible() implements Question {}

    /** Not below the cluster's domain. */
    record Elsewhere() implements Question {}

    /**
     * Takes a name apart.
     *
     * @param absolute the name in any case, with or without the dot at its end
     * @param domain the cluster's domain, lower case
     * @return what it asks for
     */
    static Question parse(String absolute, String domain) {
        String name = absolute.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.equals(domain)) {
            return new Level();
        }
        if (!name.endsWith("." + domain)) {
            return ReverseName.parse(name).<Question>map(OfAddress::new).orElseGet(Elsewhere::new);
        }
        List<String> labels = Arrays.asList(
                name.substring(0, name.length() - domain.length() - 1).split("\\.", -1));
        String kind = labels.getLast();
        if (labels.contains("") || !(kind.equals("svc") || kind.equals("pod")) || labels.size() > 5) {
            return new Impossible();
        }
        List<String> rest = labels.subList(0, labels.size() - 1).reversed();
        if (rest.isEmpty()) {
            return new Level();
        }
        if (rest.size() == 1) {
            return new OfNamespace(rest.getFirst());
        }
        String namespace = rest.get(0);
        String first = rest.get(1);
        if (kind.equals("pod")) {
            return new OfPod(namespace, first);
        }
        return switch (rest.size()) {
            case 2 -> new OfService(namespace, first, "", "", "");
            case 3 -> new OfService(namespace, first, rest.get(2), "", "");
            default -> new OfService(namespace, first, "", bare(rest.get(3)), bare(rest.get(2)));
        };
    }

    /**
     * Reads the label of a pod's name.
     *
     * @param label such as {@code 10-1-2-3} or {@code fd00--1}
     * @return the address
     */
    static Optional<InetAddress> address(String label) {
        boolean four = label.chars().filter(c -> c == '-').count() == 3 && !label.contains("--");
        try {
            return Optional.of(InetAddress.ofLiteral(label.replace('-', four ? '.' : ':')));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String bare(String label) {
        return label.startsWith("_") ? label.substring(1) : label;
    }
}
