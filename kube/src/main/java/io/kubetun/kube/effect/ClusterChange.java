package io.kubetun.kube.effect;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.time.Duration;
import java.util.Map;

/**
 * A change to a cluster that is taken back at the session's end.
 *
 * @param kind its kind
 * @param key what it changes
 * @param preview what it does
 * @param data what the journal must know to take it back after a crash
 * @param making makes it
 * @param undoing takes it back
 */
public record ClusterChange(
        String kind, String key, String preview, Map<String, String> data, OneWay.Action making, BoundedUndo undoing)
        implements Effect {
    /** Takes a copy. */
    public ClusterChange {
        data = Map.copyOf(data);
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        making.run();
    }

    @Override
    public void undo() throws KubetunException {
        undoing.run();
    }

    @Override
    public void undo(Duration patience) throws KubetunException {
        undoing.run(patience);
    }
}
