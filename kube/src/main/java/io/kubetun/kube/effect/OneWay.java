package io.kubetun.kube.effect;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.util.Map;

/**
 * A change that nothing takes back: what it took away is not put there again.
 *
 * @param kind its kind
 * @param key what it changes
 * @param preview what it does
 * @param action makes it
 */
public record OneWay(String kind, String key, String preview, Action action) implements Effect {
    /** Makes the change. */
    @FunctionalInterface
    public interface Action {
        /**
         * Makes it. Blocks.
         *
         * @throws KubetunException if it cannot be made
         */
        void run() throws KubetunException;
    }

    /**
     * Restores one from the journal. It was made before; making it again is for those who know what it was.
     *
     * @param kind its kind
     * @param key what it changed
     * @param preview what it did
     * @return a change that does nothing any more
     */
    public static OneWay made(String kind, String key, String preview) {
        return new OneWay(kind, key, preview, () -> {});
    }

    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        action.run();
    }

    @Override
    public void undo() {
        // What it took away is not put back.
    }
}
