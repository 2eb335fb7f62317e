package io.kubetun.kernel.session;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.inbound.Takers;
import io.kubetun.kernel.metrics.Metrics;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.cluster.ClusterProvider;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.HostProvider;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a kernel lends to its sessions.
 *
 * @param transports makes the event loops of a session, which closes them
 * @param events the event bus
 * @param metrics where sessions are counted
 * @param clusters opens clusters
 * @param hosts opens this machine
 * @param modes finds a mode by its name
 * @param takers who takes the flows of which pods
 * @param stateHome the user's folder for state
 * @param maxFlows the limit of each session
 */
public record SessionServices(
        Supplier<NettyTransport> transports,
        Events events,
        Metrics metrics,
        ClusterProvider clusters,
        HostProvider hosts,
        Function<String, Optional<ModeFactory>> modes,
        Takers takers,
        Path stateHome,
        int maxFlows) {
    /**
     * Returns where sessions write their journals.
     *
     * @param stateHome the user's folder for state
     * @return a folder that need not exist
     */
    public static Path journals(Path stateHome) {
        return stateHome.resolve("journal");
    }
}
