package io.kubetun.kube.gateway;

import io.kubetun.kube.document.Tree;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who uses a gateway, and until when: one annotation a session on its Deployment. So a gateway and its leases are one
 * object: its version says whether a lease was taken since one looked, and no right is needed but on Deployments.
 *
 * @param untilByHolder the time at which each lease ends, by the API server's clock
 */
record Leases(Map<String, Instant> untilByHolder) {
    static final String PREFIX = "lease.kubetun.io/";

    /** How long one lasts that is not renewed. */
    static final Duration LENGTH = Duration.ofMinutes(2);

    /** Takes a copy. */
    Leases {
        untilByHolder = Map.copyOf(untilByHolder);
    }

    static Leases of(Tree deployment) {
        Tree annotations = deployment.at("metadata", "annotations");
        Map<String, Instant> leases = new LinkedHashMap<>();
        for (String name : annotations.names()) {
            if (name.startsWith(PREFIX)) {
                leases.put(
                        name.substring(PREFIX.length()),
                        instant(annotations.at(name).text().orElse("")));
            }
        }
        return new Leases(leases);
    }

    /** What nobody can read is nobody's lease. */
    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    static String until(Instant now) {
        return now.plus(LENGTH).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    List<String> living(Instant now) {
        return untilByHolder.entrySet().stream()
                .filter(lease -> lease.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    List<String> expired(Instant now) {
        return untilByHolder.entrySet().stream()
                .filter(lease -> !lease.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
