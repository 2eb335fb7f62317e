package io.kubetun.spi.cluster;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A workload whose pods have an agent, or are about to. The change to the cluster is an effect of the session, which takes
 * it back. Safe for use by several threads.
 */
public interface Interception extends AutoCloseable {
    /**
     * Returns what is intercepted.
     *
     * @return such as {@code deployment/cart} in {@code shop}
     */
    String name();

    /**
     * Returns how the agent gets into the pods.
     *
     * @return the way that was chosen
     */
    InterceptRequest.Way way();

    /**
     * Returns the numbers of the ports that were asked for.
     *
     * @return by what was asked for: a number by itself, a name by what the containers call so; if nothing was, and the way
     *     takes some ports only, each of these by its number
     */
    Map<String, Integer> ports();

    /**
     * Waits until the workload's pods have their agent. Blocks, for a bounded time.
     *
     * @param progress told each step of the waiting
     * @throws KubetunException if they do not get it; the reason is the cluster's
     * @throws InterruptedException if interrupted meanwhile
     */
    void open(Progress progress) throws KubetunException, InterruptedException;

    /**
     * The agents that there are, each as its pod with the port that it listens on at the pod's loopback.
     *
     * @param running whose container runs, as the API server tells, which learns it up to a second late
     * @param starting whose container has been ordered; it may run already
     */
    record Agents(Set<Target.Pod> running, Set<Target.Pod> starting) {
        /** Takes copies. */
        public Agents {
            running = Set.copyOf(running);
            starting = Set.copyOf(starting);
        }
    }

    /**
     * Returns the agents that are there now.
     *
     * @return which run and which start
     */
    Agents agents();

    /**
     * Tells of the agents from now on, whenever they change.
     *
     * @param told called with what {@link #agents} says now, by one thread at a time, which must not be blocked for long
     * @return stops that when closed
     */
    Watch follow(Consumer<Agents> told);

    /**
     * Says what a person should know of it now: who else changes the workload, why a pod has no agent.
     *
     * @return a sentence each
     */
    List<String> notes();

    /** Stops to watch. */
    @Override
    void close();
}
