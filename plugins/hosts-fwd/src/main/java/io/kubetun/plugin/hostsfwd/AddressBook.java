package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Cluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Remembers which address is whose, over pods, sessions and restarts. Sessions of the same cluster share the book. When
 * all 57,000 addresses of a cluster are given, those that this session does not use are forgotten. Safe for use by
 * several threads; blocks for a file.
 */
final class AddressBook {
    private static final String NAMESPACES = "namespaces";
    private static final String ADDRESSES = "addresses";

    private final SharedState state;
    private final int cluster;

    private AddressBook(SharedState state, int cluster) {
        this.state = state;
        this.cluster = cluster;
    }

    /**
     * Who wants an address.
     *
     * @param key whose it will be
     * @param durable whether to remember it
     */
    record Request(ForwardKey key, boolean durable) {}

    /**
     * Opens the book of a cluster.
     *
     * @param folder shared by all sessions of the user
     * @param identity the cluster
     * @throws KubetunException if the folder cannot be used
     */
    static AddressBook open(Path folder, Cluster.Identity identity) throws KubetunException {
        SharedState state = new SharedState(folder);
        return guarded(state, () -> new AddressBook(state, ClusterIndex.of(state, identity)));
    }

    static String file(int cluster) {
        return "cluster-" + cluster + ".json";
    }

    /** The cluster's number, from 0. */
    int cluster() {
        return cluster;
    }

    /**
     * Gives addresses: the remembered one if it is not taken, else the next free of the namespace.
     *
     * @param requests who wants one
     * @param taken addresses that cannot be given: in use in this session, reserved, or another program's
     * @return the addresses; who is absent found none left
     * @throws KubetunException if the book cannot be read or written
     */
    Map<ForwardKey, InetAddress> allocate(Collection<Request> requests, Set<InetAddress> taken)
            throws KubetunException {
        return requests.isEmpty() ? Map.of() : guarded(state, () -> allocateLocked(requests, taken));
    }

    private Map<ForwardKey, InetAddress> allocateLocked(Collection<Request> requests, Set<InetAddress> taken)
            throws IOException {
        Map<String, Object> before = state.read(file(cluster));
        Page page = Page.read(before, cluster);
        Map<ForwardKey, InetAddress> given = page.give(requests, taken);
        if (given.size() < requests.size()) {
            page = page.only(taken);
            given = page.give(requests, taken);
        }
        Map<String, Object> after = page.write();
        if (!after.equals(before)) {
            state.write(file(cluster), after);
        }
        return given;
    }

    private static <T> T guarded(SharedState state, SharedState.Locked<T> action) throws KubetunException {
        try {
            return state.locked(action);
        } catch (IOException failed) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot keep the addresses of Services in " + state.folder(),
                    failed.getMessage(),
                    "Make that folder writable for you, or set XDG_STATE_HOME to another one",
                    failed);
        }
    }

    /** The book's content while it is changed. */
    private record Page(int cluster, AddressSpace space, Map<String, InetAddress> addresses) {
        static Page read(Map<String, Object> json, int cluster) throws UnknownHostException {
            Page page = new Page(cluster, new AddressSpace(cluster), new TreeMap<>());
            if (json.get(NAMESPACES) instanceof Map<?, ?> namespaces) {
                namespaces.forEach((name, octets) -> page.space.octets().put(name.toString(), octets(octets)));
            }
            if (json.get(ADDRESSES) instanceof Map<?, ?> addresses) {
                for (Map.Entry<?, ?> entry : addresses.entrySet()) {
                    Optional<InetAddress> address = page.parse(entry.getValue());
                    address.ifPresent(known -> page.put(entry.getKey().toString(), known));
                }
            }
            return page;
        }

        private static List<Integer> octets(Object json) {
            List<Integer> octets = new ArrayList<>();
            if (json instanceof List<?> list) {
                list.forEach(item -> {
                    if (item instanceof Number octet
                            && octet.intValue() >= AddressSpace.FIRST_OCTET
                            && octet.intValue() <= AddressSpace.LAST_OCTET) {
                        octets.add(octet.intValue());
                    }
                });
            }
            return List.copyOf(octets);
        }

        private Optional<InetAddress> parse(Object json) throws UnknownHostException {
            if (!(json instanceof String text) || !text.matches("[0-9]{1,3}\\.[0-9]{1,3}")) {
                return Optional.empty();
            }
            int dot = text.indexOf('.');
            int third = Integer.parseInt(text.substring(0, dot));
            int fourth = Integer.parseInt(text.substring(dot + 1));
            return third > 255 || fourth > 255 ? Optional.empty() : Optional.of(space.address(third, fourth));
        }

        private void put(String key, InetAddress address) {
            addresses.put(key, address);
            space.take(address);
        }

        Map<ForwardKey, InetAddress> give(Collection<Request> requests, Set<InetAddress> taken)
                throws UnknownHostException {
            space.take(taken);
            Map<ForwardKey, InetAddress> given = new HashMap<>();
            for (Request request : requests) {
                Optional<InetAddress> remembered =
                        Optional.ofNullable(addresses.get(request.key().toString()));
                Optional<InetAddress> address = remembered.isPresent() && !taken.contains(remembered.get())
                        ? remembered
                        : space.next(request.key().namespace());
                if (address.isPresent()) {
                    given.put(request.key(), address.get());
                    if (request.durable() && remembered.isEmpty()) {
                        addresses.put(request.key().toString(), address.get());
                    }
                }
            }
            return given;
        }

        Page only(Set<InetAddress> used) {
            Page page = new Page(cluster, new AddressSpace(cluster), new TreeMap<>());
            addresses.forEach((key, address) -> {
                if (used.contains(address)) {
                    page.put(key, address);
                    int octet = address.getAddress()[2] & 0xff;
                    String namespace = key.substring(0, key.indexOf('/'));
                    page.space
                            .octets()
                            .merge(
                                    namespace,
                                    List.of(octet),
                                    (some, more) -> some.contains(octet) ? some : AddressSpace.join(some, more));
                }
            });
            return page;
        }

        Map<String, Object> write() {
            Map<String, String> written = new TreeMap<>();
            addresses.forEach((key, address) -> {
                byte[] octets = address.getAddress();
                written.put(key, (octets[2] & 0xff) + "." + (octets[3] & 0xff));
            });
            return Map.of(NAMESPACES, Map.copyOf(space.octets()), ADDRESSES, written);
        }
    }
}
