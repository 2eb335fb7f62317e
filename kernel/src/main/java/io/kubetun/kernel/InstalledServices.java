package io.kubetun.kernel;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.cluster.ClusterProvider;
import io.kubetun.spi.host.EffectType;
import io.kubetun.spi.host.HostProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * What a kernel finds in its installation.
 *
 * @param modes finds a mode by its name
 * @param clusters opens clusters
 * @param hosts opens this machine
 * @param effectTypes restore effects, to undo them
 */
record InstalledServices(
        Function<String, Optional<ModeFactory>> modes,
        ClusterProvider clusters,
        HostProvider hosts,
        List<EffectType> effectTypes) {
    static InstalledServices of(Function<String, Optional<ModeFactory>> modes) throws KubetunException {
        return new InstalledServices(
                modes,
                one(ServiceLoader.load(ClusterProvider.class), "cluster"),
                one(ServiceLoader.load(HostProvider.class), "host"),
                ServiceLoader.load(EffectType.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    /** What is done in a cluster that is open meanwhile. */
    @FunctionalInterface
    interface Visit<T, E extends Exception> {
        T in(Cluster cluster, EventBus events) throws KubetunException, E;
    }

    /**
     * Opens a cluster without a session, for as long as something is done in it. Blocks.
     *
     * @param id what stands for the session's id; empty if nothing is changed
     * @param profile says which cluster
     * @param variables the environment of the person who asks
     * @param progress told what is to be known of it
     * @param visit what is done
     * @return what comes of it
     * @throws KubetunException if the cluster cannot be opened
     * @throws E as the visit does
     */
    <T, E extends Exception> T visit(
            String id, Profile profile, Map<String, String> variables, Progress progress, Visit<T, E> visit)
            throws KubetunException, E {
        try (EventBus events = new EventBus();
                NettyTransport transport = new NettyTransport(1, new UnpooledByteBufAllocator(false));
                Cluster cluster = clusters.open(
                        profile.cluster(), new ClusterEnvironment(id, transport, events, progress, variables))) {
            return visit.in(cluster, events);
        }
    }

    private static <T> T one(ServiceLoader<T> providers, String what) throws KubetunException {
        return providers
                .findFirst()
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.INTERNAL,
                        "cannot start the kernel",
                        "this installation has no " + what + " module",
                        "Build it again: ./kubetun version"));
    }
}
