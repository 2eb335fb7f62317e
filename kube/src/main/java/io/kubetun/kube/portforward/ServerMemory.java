package io.kubetun.kube.portforward;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What has been learnt about one API server. Thread-safe. */
final class ServerMemory {
    /** The grace to start with: twice what errors of closed ports needed on a quiet node. */
    static final long GRACE_MICROS = 10_000;
    /** The grace never grows above this, however late an error was. */
    static final long MAX_GRACE_MICROS = 30_000;
    /** Dials fail at once for this long after the server could not be reached; then the next one tries. */
    static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Namespaces whose format is remembered; all are forgotten above. */
    static final int MAX_NAMESPACES = 4096;

    private final Optional<WireFormat> forced;
    private final Map<String, WireFormat> formats = new ConcurrentHashMap<>();
    private volatile long graceMicros = GRACE_MICROS;
    private volatile long failedAt;
    private volatile String failure = "";

    ServerMemory(Optional<WireFormat> forced) {
        this.forced = forced;
    }

    /** The formats to try, the one that worked last first. */
    List<WireFormat> formatsFor(String namespace) {
        if (forced.isPresent()) {
            return List.of(forced.get());
        }
        List<WireFormat> order = new ArrayList<>(List.of(WireFormat.values()));
        format(namespace).ifPresent(known -> {
            order.remove(known);
            order.addFirst(known);
        });
        return order;
    }

    Optional<WireFormat> format(String namespace) {
        return Optional.ofNullable(formats.get(namespace));
    }

    void works(String namespace, WireFormat format) {
        if (formats.size() >= MAX_NAMESPACES) {
            formats.clear();
        }
        formats.put(namespace, format);
        failure = "";
    }

    long graceMicros() {
        return graceMicros;
    }

    /** A port's refusal came this long after its stream was accepted: the grace must be longer than that. */
    void errorCame(long nanos) {
        long wanted = Math.min(MAX_GRACE_MICROS, nanos / 1_000 * 3 / 2);
        if (wanted > graceMicros) {
            graceMicros = wanted;
        }
    }

    void unreachable(String reason) {
        failedAt = System.nanoTime();
        failure = reason;
    }

    /** What was unreachable may no longer be. */
    void forgetFailure() {
        failure = "";
    }

    /** Why dials should fail at once, if they should. */
    Optional<String> unreachableNow() {
        String reason = failure;
        return reason.isEmpty() || System.nanoTime() - failedAt > PROBE_NANOS ? Optional.empty() : Optional.of(reason);
    }
}
