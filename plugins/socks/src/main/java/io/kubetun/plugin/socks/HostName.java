package io.kubetun.plugin.socks;

import java.util.Optional;

/** Names as clients send them. */
final class HostName {
    private static final int MAX_LENGTH = 255;

    private HostName() {}

    /** The name without a trailing dot, or empty if no DNS name or literal can look like that. */
    static Optional<String> parse(String text) {
        String host = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (host.isEmpty() || host.equals("[]") || host.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        return host.chars().allMatch(c -> c > ' ' && c < 0x7f) ? Optional.of(host) : Optional.empty();
    }
}
