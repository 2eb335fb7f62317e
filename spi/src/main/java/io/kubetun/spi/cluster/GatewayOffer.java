package io.kubetun.spi.cluster;

import java.util.Optional;

/** What came of the question for a gateway. */
public sealed interface GatewayOffer {
    /**
     * There is one, or there is about to be.
     *
     * @param gateway the gateway, not open yet
     * @param required whether the session shall not be without it; otherwise it goes on without, with the reason
     */
    record Offered(Gateway gateway, boolean required) implements GatewayOffer {}

    /**
     * The session goes without one.
     *
     * @param why why one that was wanted is not to be had, a clause; empty if none was wanted
     */
    record Agentless(Optional<String> why) implements GatewayOffer {}
}
