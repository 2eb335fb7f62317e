package io.kubetun.spi.cluster;

import io.kubetun.spi.Inbound;
import java.net.URI;
import java.util.Optional;

/**
 * The pods whose traffic this user has taken to this machine. A port-forward enters a pod by its loopback, past the agent:
 * who dials such a pod from here leads the flow to the taker instead. Thread-safe; never blocks.
 */
public interface OwnIntercepts {
    /** For clusters that are only looked at. */
    OwnIntercepts NONE = (server, namespace, pod, port) -> Optional.empty();

    /**
     * Finds who takes the flows of a pod.
     *
     * @param server the API server of the pod's cluster
     * @param namespace the pod's namespace
     * @param pod its name
     * @param port its port
     * @return the taker, which may refuse; empty if the pod's flows are its own
     */
    Optional<Inbound.Taker> taker(URI server, String namespace, String pod, int port);
}
