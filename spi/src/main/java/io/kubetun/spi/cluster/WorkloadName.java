package io.kubetun.spi.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What runs pods, as kubectl names it: {@code deployment/cart}.
 *
 * @param kind its kind
 * @param name its name
 */
public record WorkloadName(Kind kind, String name) {
    /** Kinds that people name; not each of them can be changed. */
    public enum Kind {
        /** {@code deployment}. */
        DEPLOYMENT("deployments", "deploy"),
        /** {@code statefulset}. */
        STATEFULSET("statefulsets", "sts"),
        /** {@code daemonset}. */
        DAEMONSET("daemonsets", "ds"),
        /** {@code replicaset}. */
        REPLICASET("replicasets", "rs"),
        /** {@code pod}. */
        POD("pods", "po"),
        /** {@code job}. */
        JOB("jobs", "job"),
        /** {@code service}: what its selector finds. */
        SERVICE("services", "svc");

        private final String plural;
        private final String abbreviation;

        Kind(String plural, String abbreviation) {
            this.plural = plural;
            this.abbreviation = abbreviation;
        }

        /**
         * Returns the resource's name in the API.
         *
         * @return such as {@code deployments}
         */
        public String plural() {
            return plural;
        }

        /** Its word, as {@code kubectl get} prints it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        private boolean isSaid(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            int dot = lower.indexOf('.');
            String bare = dot < 0 ? lower : lower.substring(0, dot);
            return List.of(toString(), plural, abbreviation).contains(bare);
        }
    }

    /**
     * Reads one as kubectl does: {@code deployment/cart}, {@code deploy/cart}, {@code deployments.apps/cart}.
     *
     * @param text what was typed
     * @return the name; empty if it is none
     */
    public static Optional<WorkloadName> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")) {
            return Optional.empty();
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.isSaid(text.substring(0, slash)))
                .findFirst()
                .map(kind -> new WorkloadName(kind, text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return kind + "/" + name;
    }
}
