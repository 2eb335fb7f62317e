package io.kubetun.testkit.store;

import java.util.Optional;

/**
 * One step in the history of the store.
 *
 * @param action what happened
 * @param object the object after it, or at its end
 * @param previous the object before it; empty if it was added
 */
public record Change(Action action, StoredObject object, Optional<StoredObject> previous) {
    /** What can happen; the names are those of watch events. */
    public enum Action {
        /** It is new. */
        ADDED,
        /** It was changed. */
        MODIFIED,
        /** It is gone. */
        DELETED
    }
}
