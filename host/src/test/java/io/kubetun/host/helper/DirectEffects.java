package io.kubetun.host.helper;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;

/** Effects without a journal, which is the kernel's. */
final class DirectEffects implements Effects {
    @Override
    public void apply(Effect effect) throws KubetunException {
        effect.apply();
    }

    @Override
    public void undo(Effect effect) throws KubetunException {
        effect.undo();
    }
}
