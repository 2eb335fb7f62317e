package io.kubetun.plugin.hostsfwd;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * 127.[1 + cluster].[27 + namespace].[n] for one cluster: n is 1 to 254, and a namespace whose third octet is full
 * takes the next one that no other namespace has. Not safe for use by several threads.
 */
final class AddressSpace {
    static final int FIRST_OCTET = 27;
    static final int LAST_OCTET = 254;
    static final int LAST_HOST = 254;

    private final int cluster;
    private final Map<String, List<Integer>> octets = new TreeMap<>();
    private final BitSet used = new BitSet(1 << 16);

    AddressSpace(int cluster) {
        this.cluster = cluster;
    }

    /** The third octets of each namespace. */
    Map<String, List<Integer>> octets() {
        return octets;
    }

    /** The address with these last two octets. */
    InetAddress address(int third, int fourth) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, (byte) (1 + cluster), (byte) third, (byte) fourth});
    }

    /** Takes an address out; one of elsewhere is nobody's business here. */
    void take(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4 && bytes[0] == 127 && (bytes[1] & 0xff) == 1 + cluster) {
            used.set((bytes[2] & 0xff) << 8 | (bytes[3] & 0xff));
        }
    }

    void take(Collection<InetAddress> addresses) {
        addresses.forEach(this::take);
    }

    /** Takes the next free address of a namespace; empty when all of the cluster's are used. */
    Optional<InetAddress> next(String namespace) throws UnknownHostException {
        for (int octet : octets.getOrDefault(namespace, List.of())) {
            Optional<InetAddress> free = next(octet);
            if (free.isPresent()) {
                return free;
            }
        }
        for (int octet = FIRST_OCTET; octet <= LAST_OCTET; octet++) {
            int candidate = octet;
            if (octets.values().stream().anyMatch(list -> list.contains(candidate))) {
                continue;
            }
            Optional<InetAddress> free = next(octet);
            if (free.isPresent()) {
                octets.merge(namespace, List.of(octet), AddressSpace::join);
                return free;
            }
        }
        return Optional.empty();
    }

    private Optional<InetAddress> next(int octet) throws UnknownHostException {
        int host = used.nextClearBit((octet << 8) | 1) - (octet << 8);
        if (host > LAST_HOST) {
            return Optional.empty();
        }
        InetAddress address = address(octet, host);
        take(address);
        return Optional.of(address);
    }

    static List<Integer> join(List<Integer> some, List<Integer> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
