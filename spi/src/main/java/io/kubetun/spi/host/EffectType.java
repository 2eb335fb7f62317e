package io.kubetun.spi.host;

import java.util.Map;

/** Restores effects of one kind from the journal, to undo them after a crash. A service; stateless. */
public interface EffectType {
    /**
     * Returns the kind.
     *
     * @return as in {@link Effect#kind}
     */
    String kind();

    /**
     * Restores an effect.
     *
     * @param key its key
     * @param data its data
     * @return an effect whose undo takes it back
     * @throws IllegalArgumentException if the data is not of this kind
     */
    Effect restore(String key, Map<String, String> data);
}
