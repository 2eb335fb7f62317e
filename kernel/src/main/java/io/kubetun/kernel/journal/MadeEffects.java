package io.kubetun.kernel.journal;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Changes in the order in which they were made; a later one with the same id takes the place of an earlier one. Not thread-safe. */
public final class MadeEffects {
    private final LinkedHashMap<EffectId, Effect> inOrder = new LinkedHashMap<>();

    /** Makes it empty. */
    public MadeEffects() {}

    /** Takes one change back. */
    @FunctionalInterface
    public interface Undo {
        /**
         * Takes it back.
         *
         * @param effect what was made
         * @throws KubetunException if it stays
         */
        void undo(Effect effect) throws KubetunException;
    }

    /**
     * Adds a change as the last one.
     *
     * @param effect what was made
     */
    public void add(Effect effect) {
        remove(effect);
        inOrder.put(EffectId.of(effect), effect);
    }

    /**
     * Forgets the change with this one's id.
     *
     * @param effect what is no longer there
     */
    public void remove(Effect effect) {
        inOrder.remove(EffectId.of(effect));
    }

    /**
     * Returns the change with this one's id.
     *
     * @param effect one of this kind and key
     * @return what was made, or empty
     */
    public Optional<Effect> like(Effect effect) {
        return Optional.ofNullable(inOrder.get(EffectId.of(effect)));
    }

    /**
     * Returns all of them.
     *
     * @return a copy, the first one first
     */
    public List<Effect> all() {
        return List.copyOf(inOrder.sequencedValues());
    }

    /**
     * Takes all back, the last one first; one that fails does not keep the others from it. Which are forgotten is up to
     * {@code undo}.
     *
     * @param undo takes one back
     * @return what could not be taken back
     */
    public List<KubetunException> undoAll(Undo undo) {
        List<KubetunException> failures = new ArrayList<>();
        for (Effect effect : all().reversed()) {
            try {
                undo.undo(effect);
            } catch (KubetunException e) {
                failures.add(e);
            } catch (RuntimeException e) {
                failures.add(new KubetunException(
                        ErrorCode.HOST_CHANGE,
                        "cannot take back: " + effect.preview(),
                        e.toString(),
                        "Type: kubetun repair",
                        e));
            }
        }
        return List.copyOf(failures);
    }
}
