package io.kubetun.spi.cluster;

import io.kubetun.spi.Progress;
import io.kubetun.spi.Transport;
import io.kubetun.spi.event.Events;
import java.util.Map;

/**
 * What a session lends to its cluster.
 *
 * @param session the session's id
 * @param transport the session's event loops
 * @param events where to tell what happens
 * @param progress where to tell the person
 * @param variables the environment variables of the person who started the session: the kernel's own may be others
 */
public record ClusterEnvironment(
        String session, Transport transport, Events events, Progress progress, Map<String, String> variables) {
    /** Takes a copy. */
    public ClusterEnvironment {
        variables = Map.copyOf(variables);
    }
}
