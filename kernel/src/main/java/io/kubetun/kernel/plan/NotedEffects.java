package io.kubetun.kernel.plan;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.LinkedHashMap;
import java.util.List;

/** Notes changes and makes none. Thread-safe. */
final class NotedEffects implements Effects {
    private final LinkedHashMap<Id, Effect> noted = new LinkedHashMap<>();

    private record Id(String kind, String key) {
        static Id of(Effect effect) {
            return new Id(effect.kind(), effect.key());
        }
    }

    @Override
    public synchronized void apply(Effect effect) {
        noted.remove(Id.of(effect));
        noted.put(Id.of(effect), effect);
    }

    @Override
    public synchronized void undo(Effect effect) {
        noted.remove(Id.of(effect));
    }

    /** What would be changed now, each as it was noted last. */
    synchronized List<Effect> all() {
        return List.copyOf(noted.sequencedValues());
    }
}
