package io.kubetun.spi.host;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * The name servers of this machine at one moment.
 *
 * @param others those that are no session's, in the order in which they are asked; empty if there are none
 * @param sessions those of kubetun's sessions, of all users, by the session's label and by its id
 */
public record NameServers(List<InetSocketAddress> others, Map<String, InetSocketAddress> sessions) {
    /** Takes copies. */
    public NameServers {
        others = List.copyOf(others);
        sessions = Map.copyOf(sessions);
    }
}
