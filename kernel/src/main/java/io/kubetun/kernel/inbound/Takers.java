package io.kubetun.kernel.inbound;

import io.kubetun.spi.Inbound;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.OwnIntercepts;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who takes the flows of which pods, over all sessions of a kernel. Thread-safe. */
public final class Takers implements OwnIntercepts {
    private final Map<Pod, Taking> takers = new ConcurrentHashMap<>();

    private record Pod(URI server, String namespace, String name) {}

    private record Taking(Inbound.Taker taker, int agentPort) {}

    /** Makes it, with none. */
    public Takers() {}

    void add(URI server, Target.Pod agent, Inbound.Taker taker) {
        takers.put(new Pod(server, agent.namespace(), agent.name()), new Taking(taker, agent.port()));
    }

    void remove(URI server, Target.Pod agent, Inbound.Taker taker) {
        takers.remove(new Pod(server, agent.namespace(), agent.name()), new Taking(taker, agent.port()));
    }

    @Override
    public Optional<Inbound.Taker> taker(URI server, String namespace, String pod, int port) {
        return Optional.ofNullable(takers.get(new Pod(server, namespace, pod)))
                .filter(taking -> taking.agentPort() != port)
                .map(Taking::taker);
    }
}
