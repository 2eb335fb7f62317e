package io.kubetun.plugin.dns;

import io.kubetun.spi.cluster.NameRecord;
import io.kubetun.spi.cluster.Names.Found;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The names by which a session's cluster can be told from others with the same domain: {@code svc.ns.LABEL} is what
 * {@code svc.ns.svc.DOMAIN} is there. An answer stays within these names, or whoever asks would go on in another cluster.
 *
 * @param label what such names end with, lower case
 * @param domain the cluster's domain
 */
record OwnLabel(String label, String domain) {
    private static final int LEAST_LABELS = 2;

    /** The name in the cluster; empty if it is none of these. */
    Optional<String> inCluster(String name) {
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (!bare.toLowerCase(Locale.ROOT).endsWith("." + label)) {
            return Optional.empty();
        }
        String rest = bare.substring(0, bare.length() - label.length() - 1);
        return rest.split("\\.", -1).length < LEAST_LABELS ? Optional.empty() : Optional.of(rest + ".svc." + domain);
    }

    /** The answer in these names. */
    Found outside(Found found) {
        return new Found(outside(found.records()), outside(found.additional()));
    }

    private List<NameRecord> outside(List<NameRecord> records) {
        return records.stream().map(this::outside).toList();
    }

    private NameRecord outside(NameRecord record) {
        return switch (record) {
            case NameRecord.Address(String name, var ip) -> new NameRecord.Address(outside(name), ip);
            case NameRecord.Alias(String name, String target) -> new NameRecord.Alias(outside(name), outside(target));
            case NameRecord.Pointer pointer -> pointer;
            case NameRecord.Port(String name, int priority, int weight, int port, String target) ->
                new NameRecord.Port(outside(name), priority, weight, port, outside(target));
        };
    }

    private String outside(String name) {
        String below = ".svc." + domain;
        return name.toLowerCase(Locale.ROOT).endsWith(below)
                ? name.substring(0, name.length() - below.length()) + "." + label
                : name;
    }
}
