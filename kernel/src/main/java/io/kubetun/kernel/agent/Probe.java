package io.kubetun.kernel.agent;

import java.util.Optional;

/** One of the pod's probes, which the original container shall go on answering. */
public sealed interface Probe {
    /**
     * Returns where it asks.
     *
     * @return a port of the pod
     */
    int port();

    /**
     * A request that is known by what it says.
     *
     * @param port a port of the pod
     * @param path with its query, as in the request's first line
     */
    record Http(int port, String path) implements Probe {}

    /**
     * Anything else: known only by coming from the node.
     *
     * @param port a port of the pod
     */
    record Tcp(int port) implements Probe {}

    /**
     * Reads one.
     *
     * @param text {@code http:PORT:PATH} or {@code tcp:PORT}
     * @return the probe, or nothing if it is none
     */
    static Optional<Probe> parse(String text) {
        String[] parts = text.split(":", 3);
        try {
            int port = parts.length < 2 ? 0 : Integer.parseInt(parts[1]);
            if (port < 1 || port > 65_535) {
                return Optional.empty();
            }
            if (parts[0].equals("tcp") && parts.length == 2) {
                return Optional.of(new Tcp(port));
            }
            if (parts[0].equals("http")) {
                String path = parts.length == 2 || parts[2].isEmpty() ? "/" : parts[2];
                return path.startsWith("/") ? Optional.of(new Http(port, path)) : Optional.empty();
            }
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
