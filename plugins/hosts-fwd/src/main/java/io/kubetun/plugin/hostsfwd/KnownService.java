package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.cluster.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Service as last told, and the pods of a headless one: a pod whose successor will have its name keeps its place for
 * a while after it is gone, so that a restart takes neither address nor name away.
 */
final class KnownService {
    private final Duration linger;
    private final Map<String, Long> absentSince = new HashMap<>();
    private Map<String, HeadlessPod> pods = Map.of();
    private ServiceState state;

    KnownService(ServiceState state, Duration linger) {
        this.linger = linger;
        this.state = state;
        update(state);
    }

    ServiceState state() {
        return state;
    }

    Collection<HeadlessPod> pods() {
        return pods.values();
    }

    /** Takes over what was told. */
    void update(ServiceState told) {
        state = told;
        if (told.kind() == ServiceState.Kind.HEADLESS) {
            Map<String, HeadlessPod> present = HeadlessPod.of(told);
            absentSince.keySet().removeAll(present.keySet());
            List<HeadlessPod> away = new ArrayList<>();
            for (HeadlessPod pod : pods.values()) {
                if (pod.fixed() && !present.containsKey(pod.label()) && lingers(pod.label())) {
                    away.add(pod.absent());
                }
            }
            away.forEach(pod -> present.put(pod.label(), pod));
            absentSince.keySet().retainAll(away.stream().map(HeadlessPod::label).toList());
            pods = present;
        }
    }

    private boolean lingers(String label) {
        long since = absentSince.computeIfAbsent(label, _ -> System.nanoTime());
        return System.nanoTime() - since < linger.toNanos();
    }

    /** How long until a pod that is away has been so for too long; empty if none is. */
    Optional<Duration> untilExpiry() {
        return absentSince.values().stream()
                .min(Long::compare)
                .map(since -> linger.minusNanos(System.nanoTime() - since))
                .map(left -> left.isNegative() ? Duration.ZERO : left);
    }
}
