package io.kubetun.spi;

import java.util.Optional;

/**
 * Who stands in for the cluster's own name server in a session, if anybody does. What knows the names tells it; what leads
 * questions into the cluster asks. Thread-safe.
 */
public interface NameServing {
    /**
     * From now on questions go to this one.
     *
     * @param server who answers
     */
    void begin(NameServer server);

    /**
     * From now on they go to this one no more.
     *
     * @param server who has answered
     */
    void end(NameServer server);

    /**
     * Returns who answers at this moment.
     *
     * @return empty if questions go into the cluster, as all else does
     */
    Optional<NameServer> now();
}
