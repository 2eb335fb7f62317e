package io.kubetun.kube.workload;

import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The Lease that shows people who has a workload intercepted. It proves nothing: what counts is the key in the pods.
 *
 * @param document as the API server has it
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/">Kubernetes: Lease</a>
 */
record ShownLease(Tree document) {
    /** How long one counts that is not renewed. */
    static final Duration LENGTH = Duration.ofMinutes(1);

    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final String OURS = "kubetun";

    /** Longer names are no object's. */
    private static final int MAX_NAME = 253;

    private static final int HASH = 16;

    /** A Lease's times have six decimals. */
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** The Lease's name for a workload. */
    static String name(Kind kind, String workload) {
        String name = "kubetun-" + kind + "-" + workload;
        if (name.length() <= MAX_NAME) {
            return name;
        }
        String hash = Holding.fingerprint(name).replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
        String begin = name.substring(0, MAX_NAME - HASH - 1).replaceAll("[-.]+$", "");
        return begin + "-" + hash.substring(hash.length() - HASH);
    }

    /** The fields of a new one. */
    static String made(Owned owned, Holding holding, Instant now) {
        Map<String, Object> fields = fields(holding, now, now);
        Map<String, Object> metadata = new HashMap<>(metadata(holding));
        metadata.put("name", name(owned.kind(), owned.name()));
        metadata.put("namespace", owned.namespace());
        fields.put("apiVersion", "coordination.k8s.io/v1");
        fields.put("kind", "Lease");
        fields.put("metadata", metadata);
        return Json.write(fields);
    }

    private static Map<String, Object> fields(Holding holding, Instant acquired, Instant renewed) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(
                "spec",
                Map.of(
                        "holderIdentity",
                        holding.holder().isEmpty() ? "somebody" : holding.holder(),
                        "acquireTime",
                        MICROS.format(acquired),
                        "renewTime",
                        MICROS.format(renewed),
                        "leaseDurationSeconds",
                        LENGTH.toSeconds()));
        return fields;
    }

    private static Map<String, Object> metadata(Holding holding) {
        return Map.of(
                "labels", Map.of(MANAGED_BY, OURS), "annotations", Map.of(Holding.ANNOTATION, holding.annotation()));
    }

    /** The merge patch that gives it to a holder, or renews it, if it is still as it was seen. */
    String taken(Holding holding, Instant now) {
        Instant acquired = holding().isOf(holding.fingerprint()) ? time("acquireTime", now) : now;
        Map<String, Object> fields = fields(holding, acquired, now);
        Map<String, Object> metadata = new HashMap<>(metadata(holding));
        metadata.put("resourceVersion", version());
        fields.put("metadata", metadata);
        return Json.write(fields);
    }

    /** The DeleteOptions by which it is removed only if it is still as it was seen. */
    String removal() {
        Map<String, String> seen =
                Map.of("uid", document.at("metadata", "uid").text().orElse(""), "resourceVersion", version());
        return Json.write(Map.of("apiVersion", "v1", "kind", "DeleteOptions", "preconditions", seen));
    }

    private String version() {
        return document.at("metadata", "resourceVersion").text().orElse("");
    }

    /** Whose it is. */
    Holding holding() {
        return Holding.notedOn(document);
    }

    /** Says whether something else than kubetun made it. */
    boolean isForeign() {
        return !document.at("metadata", "labels", MANAGED_BY)
                .text()
                .map(OURS::equals)
                .orElse(false);
    }

    boolean expired(Instant now) {
        long seconds = document.at("spec", "leaseDurationSeconds").number().orElse(0);
        return renewed().plusSeconds(seconds).isBefore(now);
    }

    /** When its holder has last been heard of. */
    Instant renewed() {
        return time("renewTime", Instant.EPOCH);
    }

    private Instant time(String field, Instant unreadable) {
        try {
            return document.at("spec", field).text().map(Instant::parse).orElse(unreadable);
        } catch (DateTimeException e) {
            return unreadable;
        }
    }

    /** As in "2026-01-01T10:00:00Z". */
    String renewedSpoken() {
        return renewed().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
