package io.kubetun.plugin.tun;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.Translation;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ranges lead into the cluster.
 *
 * @param routes the ranges
 * @param translations which of them stand for ranges that another session has
 * @param told what to tell the person about them, a sentence each
 */
record RangePlan(List<Cidr> routes, List<Translation> translations, List<String> told) {
    /** Shorter prefixes stand for "everything else": defaults, and the halves and quarters that VPNs make of them. */
    private static final int SHORTEST = 8;

    private static final int SHORTEST_V6 = 7;

    private static final String DEVICES = "kubetun";

    RangePlan {
        routes = List.copyOf(routes);
        translations = List.copyOf(translations);
        told = List.copyOf(told);
    }

    static RangePlan of(ClusterAddresses found, TunOptions options, List<InetAddress> apiServer, List<Route> existing)
            throws KubetunException {
        List<Cidr> routes = new ArrayList<>();
        List<String> told = new ArrayList<>();
        found.ranges().forEach(range -> {
            routes.add(range.cidr());
            told.add(range.cidr() + " ("
                    + (range.kind() == ClusterAddresses.Kind.SERVICES ? "Services" : "pods") + ", from "
                    + range.source() + ")");
        });
        options.extra().forEach(range -> {
            routes.add(range);
            told.add(range + " (--extra-cidr)");
        });
        List<Cidr> left = without(routes, options.exclude());
        List<Cidr> own = apiServer.stream()
                .map(address -> new Cidr(address, address.getAddress().length * 8))
                .toList();
        if (left.stream().anyMatch(range -> own.stream().anyMatch(range::contains))) {
            told.add("not the API server's own address");
        }
        left = without(left, own);
        if (left.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.CLUSTER_ERROR,
                    "there is nothing to lead into the cluster",
                    "the cluster does not tell which addresses it has, or all of them are excluded",
                    "Say which: --extra-cidr 10.96.0.0/16");
        }
        List<Cidr> free = new ArrayList<>();
        List<Translation> translations = new ArrayList<>();
        for (Cidr range : left) {
            checkWidth(range);
            if (isTaken(range, existing)) {
                Translation other = translation(range, existing, free);
                free.add(other.local());
                translations.add(other);
                told.add(range + " is " + other.local() + " here: another session has those addresses");
            } else {
                checkFree(range, existing);
                free.add(range);
            }
        }
        return new RangePlan(free, translations, told);
    }

    private static List<Cidr> without(List<Cidr> ranges, List<Cidr> excluded) {
        List<Cidr> left = new ArrayList<>();
        for (Cidr range : ranges) {
            if (left.stream().noneMatch(other -> other.contains(range))) {
                left.removeIf(range::contains);
                left.add(range);
            }
        }
        for (Cidr out : excluded) {
            left = new ArrayList<>(
                    left.stream().flatMap(range -> range.minus(out).stream()).toList());
        }
        return left;
    }

    private static boolean isDefault(Cidr range) {
        return range.prefix() < (range.v6() ? SHORTEST_V6 : SHORTEST);
    }

    private static void checkWidth(Cidr range) throws KubetunException {
        if (isDefault(range)) {
            throw new KubetunException(
                    ErrorCode.CONFIG_INVALID,
                    "will not lead " + range + " into the cluster",
                    "it would take in most of the network",
                    "Name the cluster's own ranges: --extra-cidr 10.96.0.0/16");
        }
    }

    /** Says whether a session of kubetun has some of a range: the others on this machine are none of ours to move. */
    private static boolean isTaken(Cidr range, List<Route> existing) {
        return existing.stream()
                .anyMatch(route -> route.device().startsWith(DEVICES)
                        && !isDefault(route.destination())
                        && route.destination().overlaps(range));
    }

    private static Translation translation(Cidr range, List<Route> existing, List<Cidr> others)
            throws KubetunException {
        return FreeRanges.like(range, existing, others)
                .map(local -> new Translation(range, local))
                .orElseThrow(() -> new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "cannot lead " + range
                                + " into the cluster: another session has a cluster with these addresses",
                        "there is no free range as large that could stand for it",
                        "Join this one in a network of its own: kubetun shell; or leave it out: --exclude-cidr "
                                + range));
    }

    private static void checkFree(Cidr range, List<Route> existing) throws KubetunException {
        for (Route route : existing) {
            Cidr other = route.destination();
            if (!isDefault(other) && other.overlaps(range)) {
                Cidr common = range.contains(other) ? other : range;
                throw new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "cannot lead " + range + " into the cluster: this machine has a route to " + other + " by "
                                + route.device(),
                        "what goes there now would go to the cluster, or the other way round",
                        "Leave it as it is: --exclude-cidr " + common + "; or see it: ip route");
            }
        }
    }
}
