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
 * @param intercepts the pods whose flows stay on this machine
 */
public record ClusterEnvironment(
        String session,
        Transport transport,
        Events events,
        Progress progress,
        Map<String, String> variables,
        OwnIntercepts intercepts) {
    /** Takes a copy. */
    public ClusterEnvironment {
        variables = Map.copyOf(variables);
    }

    /**
     * What is lent to look at a cluster.
     *
     * @param session the session's id
     * @param transport the event loops
     * @param events where to tell what happens
     * @param progress where to tell the person
     * @param variables the environment variables of the person
     */
    public ClusterEnvironment(
            String session, Transport transport, Events events, Progress progress, Map<String, String> variables) {
        this(session, transport, events, progress, variables, OwnIntercepts.NONE);
    }
}
