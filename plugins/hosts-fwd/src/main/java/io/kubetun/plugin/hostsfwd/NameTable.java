package io.kubetun.plugin.hostsfwd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Gives each address its names, so that a name never leads to two places and the more exact claim wins: the Service
 * {@code web} of the namespace {@code db} keeps {@code web.db} although a headless Service {@code db} has a pod
 * {@code web}. Immutable.
 *
 * <p>There are no dashed names ({@code svc-ns}): they could be another Service's own.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/">Kubernetes: DNS</a>
 */
final class NameTable {
    private static final Comparator<String> SHORT_FIRST =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    private final String bareNamespace;
    private final List<String> endings;
    private final String apiServer;

    /**
     * Makes a table.
     *
     * @param bareNamespace whose Services get names without a namespace
     * @param context the kubeconfig's context, an ending if it can be one
     * @param domain a further ending
     * @param apiServer the host of the API server, whose name is never taken
     */
    NameTable(String bareNamespace, String context, Optional<String> domain, String apiServer) {
        this.bareNamespace = bareNamespace;
        List<String> all = new ArrayList<>();
        String ending = context.toLowerCase(Locale.ROOT);
        if (ForwardOptions.isDnsName(ending)) {
            all.add(ending);
        }
        domain.ifPresent(all::add);
        this.endings = List.copyOf(all);
        this.apiServer = apiServer.toLowerCase(Locale.ROOT);
    }

    /**
     * Gives names.
     *
     * @param plans what has an address
     * @param taken names that belong to the user
     * @return the names of each, the shortest first; one that has none left is absent
     */
    Map<ForwardKey, List<String>> assign(Collection<ForwardPlan> plans, Set<String> taken) {
        Predicate<String> free = name -> !taken.contains(name) && !isProtected(name);
        Map<String, Claim> best = new HashMap<>();
        for (ForwardPlan plan : plans) {
            for (Claim claim : claims(plan)) {
                if (ForwardOptions.isDnsName(claim.name()) && free.test(claim.name())) {
                    best.merge(claim.name(), claim, Claim::stronger);
                }
            }
        }
        Map<ForwardKey, List<String>> names = new TreeMap<>();
        for (Claim claim : best.values()) {
            names.computeIfAbsent(claim.key(), _ -> new ArrayList<>()).add(claim.name());
        }
        names.values().forEach(list -> list.sort(SHORT_FIRST));
        return names;
    }

    private boolean isProtected(String name) {
        return name.equals("localhost")
                || name.startsWith("localhost.")
                || name.endsWith(".localhost")
                || name.equals(apiServer);
    }

    private List<Claim> claims(ForwardPlan plan) {
        ForwardKey key = plan.key();
        List<Claim> claims = new ArrayList<>();
        String service = key.service() + "." + key.namespace();
        if (key.pod().isEmpty()) {
            add(claims, key, service, Rank.SERVICE, Rank.BARE_SERVICE, key.service());
        }
        for (String pod : plan.podNames()) {
            add(claims, key, pod + "." + service, Rank.POD, Rank.BARE_POD, pod + "." + key.service());
        }
        return claims;
    }

    private void add(List<Claim> claims, ForwardKey key, String dotted, Rank rank, Rank bareRank, String bare) {
        claims.add(new Claim(dotted + ".svc.cluster.local", Rank.FULL, key));
        claims.add(new Claim(dotted + ".svc", Rank.FULL, key));
        claims.add(new Claim(dotted, rank, key));
        boolean active = key.namespace().equals(bareNamespace);
        if (active) {
            claims.add(new Claim(bare, bareRank, key));
        }
        for (String ending : endings) {
            claims.add(new Claim(dotted + "." + ending, Rank.ENDING, key));
        }
    }

    /** How exact a claim is, the strongest first. */
    private enum Rank {
        FULL,
        SERVICE,
        POD,
        BARE_SERVICE,
        BARE_POD,
        ENDING
    }

    private record Claim(String name, Rank rank, ForwardKey key) {
        private static final Comparator<Claim> STRENGTH =
                Comparator.comparing(Claim::rank).thenComparing(Claim::key);

        static Claim stronger(Claim one, Claim other) {
            return STRENGTH.compare(one, other) <= 0 ? one : other;
        }
    }
}
