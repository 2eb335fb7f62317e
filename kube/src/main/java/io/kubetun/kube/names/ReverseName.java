package io.kubetun.kube.names;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The names of addresses, below {@code in-addr.arpa} and {@code ip6.arpa}. */
final class ReverseName {
    private static final String FOUR = ".in-addr.arpa";
    private static final String SIX = ".ip6.arpa";

    private ReverseName() {}

    /** Reads a lower-case name; empty if it stands for no whole address. */
    static Optional<InetAddress> parse(String name) {
        if (name.endsWith(FOUR)) {
            List<String> parts = parts(name, FOUR);
            return parts.size() == 4 && parts.stream().allMatch(part -> part.matches("\\d{1,3}"))
                    ? literal(String.join(".", parts))
                    : Optional.empty();
        }
        if (name.endsWith(SIX)) {
            List<String> parts = parts(name, SIX);
            return parts.size() == 32 && parts.stream().allMatch(part -> part.matches("[0-9a-f]"))
                    ? literal(String.join("", parts).replaceAll("(.{4})(?!$)", "$1:"))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static List<String> parts(String name, String suffix) {
        return Arrays.asList(name.substring(0, name.length() - suffix.length()).split("\\.", -1))
                .reversed();
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
