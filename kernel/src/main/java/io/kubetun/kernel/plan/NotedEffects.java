package io.kubetun.kernel.plan;

import io.kubetun.kernel.journal.MadeEffects;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.util.List;

/** Notes changes and makes none. Thread-safe. */
final class NotedEffects implements Effects {
    private final MadeEffects noted = new MadeEffects();

    @Override
    public synchronized void apply(Effect effect) {
        noted.add(effect);
    }

    @Override
    public synchronized void undo(Effect effect) {
        noted.remove(effect);
    }

    /** What would be changed now, each as it was noted last. */
    synchronized List<Effect> all() {
        return noted.all();
    }
}
