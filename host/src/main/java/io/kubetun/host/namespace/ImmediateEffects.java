package io.kubetun.host.namespace;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;

/**
 * Changes within a namespace, made without a journal: they touch nothing outside of it and go with its last process, so
 * that there is nothing to repair after any end. Stateless.
 */
public final class ImmediateEffects implements Effects {
    /** Makes it. */
    public ImmediateEffects() {}

    @Override
    public void apply(Effect effect) throws KubetunException {
        effect.apply();
    }

    @Override
    public void undo(Effect effect) throws KubetunException {
        effect.undo();
    }
}
