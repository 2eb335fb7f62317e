package io.kubetun.spi.host;

import java.util.HashSet;
import java.util.Set;

/**
 * This machine's network is no longer what it was: links, addresses or routes have changed, or it has slept.
 *
 * @param interfaces the names of the interfaces that changed; empty if any may have
 */
public record NetworkChange(Set<String> interfaces) {
    /** Takes a copy. */
    public NetworkChange {
        interfaces = Set.copyOf(interfaces);
    }

    /**
     * A change after which nothing is certain: the machine has slept, or changes were missed.
     *
     * @return the change
     */
    public static NetworkChange ofEverything() {
        return new NetworkChange(Set.of());
    }

    /**
     * Says whether an interface may have changed.
     *
     * @param name its name
     * @return true unless it is certain that it has not
     */
    public boolean concerns(String name) {
        return interfaces.isEmpty() || interfaces.contains(name);
    }

    /**
     * Joins this change with a later one.
     *
     * @param later the later one
     * @return both together
     */
    public NetworkChange and(NetworkChange later) {
        if (interfaces.isEmpty() || later.interfaces.isEmpty()) {
            return ofEverything();
        }
        Set<String> both = new HashSet<>(interfaces);
        both.addAll(later.interfaces);
        return new NetworkChange(both);
    }
}
