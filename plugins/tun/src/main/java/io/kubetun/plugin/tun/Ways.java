package io.kubetun.plugin.tun;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.host.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * The two ways out of a network of the session's own: into the cluster, and past it. Immutable.
 *
 * @param cluster the way to the ranges
 * @param outside the way to all other addresses
 * @param ranges the cluster's addresses
 */
record Ways(Dialer cluster, Dialer outside, List<Cidr> ranges) {
    Ways {
        ranges = List.copyOf(ranges);
    }

    Dialer to(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address)) ? cluster : outside;
    }
}
