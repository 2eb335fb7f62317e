package io.kubetun.kernel.agent;

import java.util.SortedSet;

/** The TCP ports whose connections an agent gets. */
public sealed interface TakenPorts {
    /** Every port of the pod but the agent's own. */
    record All() implements TakenPorts {}

    /**
     * Those ports and no other.
     *
     * @param ports none, one or more
     */
    record Some(SortedSet<Integer> ports) implements TakenPorts {}
}
