package io.kubetun.spi.host;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A range of the cluster's addresses that stands for itself under other addresses on this machine, one by one.
 *
 * @param cluster the range as the cluster has it
 * @param local the range that leads there from this machine, of the same family and size
 */
public record Translation(Cidr cluster, Cidr local) {
    /** Checks. */
    public Translation {
        if (cluster.v6() != local.v6() || cluster.prefix() != local.prefix()) {
            throw new IllegalArgumentException("ranges of different size: " + cluster + " and " + local);
        }
    }

    /**
     * Returns what an address of the cluster is on this machine.
     *
     * @param address an address within {@link #cluster}
     * @return the one at the same place of {@link #local}
     */
    public InetAddress toLocal(InetAddress address) {
        return moved(address, local);
    }

    /**
     * Returns what an address of this machine is in the cluster.
     *
     * @param address an address within {@link #local}
     * @return the one at the same place of {@link #cluster}
     */
    public InetAddress toCluster(InetAddress address) {
        return moved(address, cluster);
    }

    private static InetAddress moved(InetAddress address, Cidr into) {
        byte[] bytes = address.getAddress();
        byte[] network = into.network().getAddress();
        for (int bit = 0; bit < into.prefix(); bit++) {
            int mask = 0x80 >> bit % 8;
            bytes[bit / 8] = (byte) ((bytes[bit / 8] & ~mask) | (network[bit / 8] & mask));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
