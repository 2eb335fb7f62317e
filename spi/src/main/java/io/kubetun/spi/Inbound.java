package io.kubetun.spi;

import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/** Flows that come out of the cluster: agents in pods open them over links of this session. Safe for use by several threads. */
public interface Inbound {
    /**
     * Returns the public key of this user on this machine, which agents know their owner by.
     *
     * @return an Ed25519 key: X.509, Base64
     * @throws KubetunException if it can be neither read nor made
     */
    String ownerKey() throws KubetunException;

    /**
     * Keeps a link to an agent until closed: one that is lost is made again. Returns at once. {@link #ownerKey} was asked for
     * before.
     *
     * @param agent where the agent listens, on its pod's loopback
     * @param taker takes the flows
     * @param told called on an event loop with each change of what {@link AgentLink#state} says; must not block
     * @return the link
     */
    AgentLink link(Target.Pod agent, Taker taker, Consumer<State> told);

    /** Leads flows to where they go on this machine. Called on event loops; must not block. */
    interface Taker {
        /**
         * Takes a flow, or not: a flow that is refused goes to the original container, unless the reason is {@link
         * DialException.Reason#FORBIDDEN}: then it is reset.
         *
         * @param flow what it is
         * @param loop where the channel shall live
         * @return the way on: for TCP as {@link Dialer#dial}, for UDP as {@link Dialer#dialDatagrams} promises it; or a
         *     {@link DialException}
         */
        Future<Channel> take(Flow flow, EventLoop loop);
    }

    /**
     * A flow that somebody in the cluster opens.
     *
     * @param protocol its transport
     * @param to the address in the pod that it was opened to; unresolved, with the pod's name, for a flow of this machine
     * @param from who opened it; empty if the agent cannot know
     */
    record Flow(Protocol protocol, InetSocketAddress to, Optional<InetSocketAddress> from) {}

    /**
     * How a link is.
     *
     * @param up whether flows come
     * @param why if not, the reason, a clause
     */
    record State(boolean up, String why) {}

    /** A kept link. */
    interface AgentLink extends AutoCloseable {
        /**
         * Returns how it is now.
         *
         * @return whether it is there
         */
        State state();

        /** Ends it and its flows. */
        @Override
        void close();
    }
}
