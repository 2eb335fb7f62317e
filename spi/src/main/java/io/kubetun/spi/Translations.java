package io.kubetun.spi;

import io.kubetun.spi.host.Translation;
import java.net.InetAddress;

/**
 * Which addresses of a session's cluster are others on this machine, because another session has them already. What
 * answers names says the local ones; what dials turns them back. Thread-safe.
 */
public interface Translations {
    /**
     * Adds one; it holds as long as the session.
     *
     * @param translation the ranges
     */
    void add(Translation translation);

    /**
     * Takes one back.
     *
     * @param translation the ranges
     */
    void remove(Translation translation);

    /**
     * Returns what an address of the cluster is on this machine.
     *
     * @param address any address
     * @return its translation, or itself
     */
    InetAddress toLocal(InetAddress address);

    /**
     * Returns what an address of this machine is in the cluster.
     *
     * @param address any address
     * @return what it is a translation of, or itself
     */
    InetAddress toCluster(InetAddress address);
}
