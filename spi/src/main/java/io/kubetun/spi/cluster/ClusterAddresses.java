package io.kubetun.spi.cluster;

import io.kubetun.spi.host.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses a cluster's Services and pods have, as far as its user may know.
 *
 * @param ranges ranges that do not contain each other
 * @param nameServers where the cluster's own name server answers, at port 53
 */
public record ClusterAddresses(List<Range> ranges, List<InetAddress> nameServers) {
    /** Takes copies. */
    public ClusterAddresses {
        ranges = List.copyOf(ranges);
        nameServers = List.copyOf(nameServers);
    }

    /** What has the addresses. */
    public enum Kind {
        /** Services: ClusterIPs. */
        SERVICES,
        /** Pods. */
        PODS
    }

    /**
     * A range.
     *
     * @param cidr its addresses
     * @param kind what has them
     * @param source how it is known, for people, such as {@code its ServiceCIDR objects}
     */
    public record Range(Cidr cidr, Kind kind, String source) {}
}
