package io.kubetun.kernel.journal;

import io.kubetun.spi.host.Effect;

/**
 * What an effect changes: a later one with the same id takes the place of an earlier one.
 *
 * @param kind the effect's kind
 * @param key the effect's key
 */
record EffectId(String kind, String key) {
    static EffectId of(Effect effect) {
        return new EffectId(effect.kind(), effect.key());
    }

    @Override
    public String toString() {
        return kind + " " + key;
    }
}
