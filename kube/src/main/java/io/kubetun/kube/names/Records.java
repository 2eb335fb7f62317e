package io.kubetun.kube.names;

import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.Names.Found;
import io.kubetun.spi.cluster.Names.NameAnswer;
import io.kubetun.spi.cluster.Names.NoData;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes records of items. */
final class Records {
    private Records() {}

    /** The records of a name; none if its items, of which there is at least one, have no such records. */
    static NameAnswer of(String name, Names.Type type, List<Item> items) {
        return switch (type) {
            case A -> addresses(name, items, true);
            case AAAA -> addresses(name, items, false);
            case SRV -> ports(name, items);
            case PTR, CNAME, OTHER -> new NoData();
        };
    }

    private static NameAnswer addresses(String name, List<Item> items, boolean four) {
        List<NameRecord> records = items.stream()
                .map(Item::ip)
                .filter(ip -> isFour(ip) == four)
                .distinct()
                .<NameRecord>map(ip -> new NameRecord.Address(name, ip))
                .toList();
        return records.isEmpty() ? new NoData() : new Found(records, List.of());
    }

    /** The weights are CoreDNS's: an equal share for each item, also for those that turn out to be the same record. */
    private static NameAnswer ports(String name, List<Item> items) {
        int weight = Math.max(1, 100 / items.size());
        Set<NameRecord> records = new LinkedHashSet<>();
        Set<NameRecord> addresses = new LinkedHashSet<>();
        for (Item item : items) {
            Optional<Integer> port = item.port();
            if (port.isPresent()) {
                records.add(new NameRecord.Port(name, 0, weight, port.get(), item.name()));
                addresses.add(new NameRecord.Address(item.name(), item.ip()));
            }
        }
        return records.isEmpty() ? new NoData() : new Found(List.copyOf(records), List.copyOf(addresses));
    }

    private static boolean isFour(InetAddress ip) {
        return ip instanceof Inet4Address;
    }
}
