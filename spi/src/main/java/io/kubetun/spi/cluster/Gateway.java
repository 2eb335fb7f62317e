package io.kubetun.spi.cluster;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A pod in the cluster that dials for sessions, over a link: what a port-forward cannot carry or reach goes through it.
 * Its pod may be replaced by another one at any time. Safe for use by several threads.
 */
public interface Gateway extends AutoCloseable {
    /**
     * Returns its name, for people.
     *
     * @return its namespace and name, such as {@code lab/kubetun-gateway}
     */
    String name();

    /**
     * Waits until it can be linked to, and keeps what this session has in it from now on. Blocks, for a bounded time.
     *
     * @param progress told each step of the waiting
     * @throws KubetunException if it does not become ready; the reason is the cluster's
     * @throws InterruptedException if interrupted meanwhile
     */
    void open(Progress progress) throws KubetunException, InterruptedException;

    /**
     * Returns where links lead now.
     *
     * @return the pod that is ready, of several the newest, with the port that it listens on at its loopback; empty if
     *     none is
     */
    Optional<Target.Pod> pod();

    /**
     * Tells of other pods from now on: a link to the one before should be made again at once.
     *
     * @param told called with what {@link #pod} says now, by one thread at a time, which must not be blocked for long
     * @return stops that when closed
     */
    Watch follow(Consumer<Optional<Target.Pod>> told);

    /**
     * Finds out what the gateway is to dial for a target: the ClusterIP of a Service, so that the cluster balances; the
     * address of a pod; for what the session does not know, the name as it is, which the gateway's own resolver knows or
     * not.
     *
     * @param target where to
     * @param protocol by what transport: a port of a Service may have one and not the other
     * @return a {@link Target.Address} or a {@link Target.Name}; fails with a {@link io.kubetun.spi.DialException} if the
     *     target leads nowhere
     */
    CompletionStage<Target> locate(Target target, Protocol protocol);

    /** Stops to keep and to watch it. What was made for it is taken back by the session's effects. */
    @Override
    void close();
}
