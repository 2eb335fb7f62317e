package io.kubetun.kube.effect;

import io.kubetun.spi.host.Effect;
import java.util.Map;

/**
 * A change from the journal of which nothing is left to undo.
 *
 * @param kind its kind
 * @param key what it changed
 * @param preview what it did
 */
public record OneWay(String kind, String key, String preview) implements Effect {
    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() {
        // It was made before; making it again is for those who know what it was.
    }

    @Override
    public void undo() {
        // What it took away is not put back.
    }
}
