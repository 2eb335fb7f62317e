package io.kubetun.spi.cluster;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Finding;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Permission;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.NetworkChange;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A cluster that a session has joined. Safe for use by several threads. */
public interface Cluster extends AutoCloseable {
    /**
     * Says which cluster this is.
     *
     * @return its identity
     */
    Identity identity();

    /**
     * Asks the API server for its version, once: shows that it can be reached and the credentials hold. Blocks.
     *
     * @return the server's version, such as {@code v1.34.4}
     * @throws KubetunException if not
     */
    String check() throws KubetunException;

    /**
     * Returns the way to its pods, not yet counted or limited by the session.
     *
     * @return the dialer
     */
    Dialer dialer();

    /**
     * Watches Services and their endpoints. Returns when the first list is complete and told. Blocks until then.
     *
     * @param selection which
     * @param listener told of each; called by one thread at a time, which may block
     * @return stops the watch when closed
     * @throws KubetunException if the cluster cannot be reached, or permission is missing: it then names the verb
     * @throws InterruptedException if interrupted meanwhile
     */
    Watch watchServices(ServiceSelection selection, ServiceListener listener)
            throws KubetunException, InterruptedException;

    /**
     * Returns the cluster's names. They are watched from the first question on.
     *
     * @return what answers questions of DNS
     */
    default Names names() {
        throw new UnsupportedOperationException("this cluster answers no names");
    }

    /**
     * Looks whether the cluster can be used: whether it answers, its version and clock, and what the user may do. Blocks;
     * changes nothing.
     *
     * @param needs what the user must be allowed
     * @return what was found, one finding a question
     */
    default List<Finding> examine(List<Permission> needs) {
        return List.of();
    }

    /**
     * Finds out how a flow would go, by going: finds the target, chooses an endpoint, dials it and closes it again. Blocks
     * as long as a dial may.
     *
     * @param target where to
     * @return the steps up to an open flow, or to the reason why there is none
     * @throws InterruptedException if interrupted meanwhile
     */
    default Explanation explain(Target target) throws InterruptedException {
        throw new UnsupportedOperationException("this cluster explains nothing");
    }

    /**
     * Finds out which addresses Services and pods have. Blocks; what may not be asked is left out.
     *
     * @return the ranges, none if nothing could be found out
     * @throws KubetunException if the cluster cannot be reached
     */
    default ClusterAddresses addresses() throws KubetunException {
        return new ClusterAddresses(List.of(), List.of());
    }

    /**
     * Finds the gateway that the options of this cluster ask for, or has it deployed. Blocks while the cluster is asked;
     * returns before the gateway is ready.
     *
     * @param effects makes the changes to the cluster, or only notes them
     * @param progress told what is done
     * @return the gateway, or why there is none
     * @throws KubetunException if one that was named cannot be used
     */
    default GatewayOffer gateway(Effects effects, Progress progress) throws KubetunException {
        return new GatewayOffer.Agentless(Optional.empty());
    }

    /**
     * Puts an agent into the pods of a workload, which takes their traffic for this session. Blocks while the cluster is
     * asked and changed; returns before the pods are replaced.
     *
     * @param request what shall be taken
     * @param effects makes the changes to the cluster, or only notes them
     * @param progress told what is done, in what way and why
     * @return the workload with its agents
     * @throws KubetunException if it cannot be done; nothing is changed then
     * @throws InterruptedException if interrupted while somebody else has the workload; nothing is changed then
     */
    default Interception intercept(InterceptRequest request, Effects effects, Progress progress)
            throws KubetunException, InterruptedException {
        throw new UnsupportedOperationException("in this cluster nothing can be intercepted");
    }

    /**
     * Takes agents out of a workload, whoever has put them there. Blocks while the cluster is changed.
     *
     * @param workload the workload, in the active namespace
     * @param effects makes the change
     * @return whose intercept it was; empty if there was none
     * @throws KubetunException if it cannot be done
     */
    default Optional<String> leave(WorkloadName workload, Effects effects) throws KubetunException {
        throw new UnsupportedOperationException("in this cluster nothing is intercepted");
    }

    /**
     * Finds out what a workload's process has in its environment, from documents alone: nothing runs in its pods. Blocks.
     *
     * @param workload the workload, in the active namespace
     * @param container the container's name; empty for the first
     * @return the environment
     * @throws KubetunException if it has no pod, or something may not be read
     */
    default WorkloadEnvironment environment(WorkloadName workload, String container) throws KubetunException {
        throw new UnsupportedOperationException("this cluster tells no environments");
    }

    /**
     * Says that connections may be dead without a word of it: those that the change concerns are tried and replaced now,
     * and pauses between attempts end. Returns soon; may block for a moment.
     *
     * @param change what has changed on this machine
     */
    default void networkChanged(NetworkChange change) {}

    /** Ends watches and connections. */
    @Override
    void close();

    /**
     * Which cluster, as whom.
     *
     * @param context the context's name, or {@code in-cluster}
     * @param server the API server
     * @param namespace the active namespace
     */
    record Identity(String context, URI server, String namespace) {}

    /** A running watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
