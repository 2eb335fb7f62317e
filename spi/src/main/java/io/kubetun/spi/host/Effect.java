package io.kubetun.spi.host;

import io.kubetun.spi.KubetunException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One change to host or cluster that can be shown before, made, and taken back. Immutable. {@link #apply} and
 * {@link #undo} may block; both are idempotent, and undo also takes back a half-made change.
 */
public interface Effect {
    /**
     * Returns the kind, which an {@link EffectType} restores after a crash.
     *
     * @return such as {@code hosts-block}
     */
    String kind();

    /**
     * Returns what it changes, unique for the kind. An effect with the same kind and key as one applied before takes
     * its place: one undo takes back both.
     *
     * @return such as {@code /etc/hosts#a1}
     */
    String key();

    /**
     * Says what it will change, for {@code plan} and people.
     *
     * @return one line or a short diff
     */
    String preview();

    /**
     * Returns all that {@link EffectType#restore} needs to undo it. Goes into the journal: no secret.
     *
     * @return texts by name
     */
    Map<String, String> data();

    /**
     * Says who makes the change and keeps its journal record.
     *
     * @return true if the privileged helper does
     */
    boolean keptByHelper();

    /**
     * Makes the change.
     *
     * @throws KubetunException if it cannot; nothing is changed then
     */
    void apply() throws KubetunException;

    /**
     * Looks at what somebody else has changed in it since it was made, and {@link #undo} will therefore keep. Asked
     * before undo, and told to the user; blocks.
     *
     * @return a clause each, such as {@code the line "10.0.0.5 db" in /etc/hosts}; none if it cannot be known
     */
    default List<String> changedByOthers() {
        return List.of();
    }

    /**
     * Takes it back, if it is still as this effect left it; what someone else changed since is kept.
     *
     * @throws KubetunException if it cannot
     */
    void undo() throws KubetunException;

    /**
     * Takes it back as {@link #undo()} does, for somebody who waits for nothing else: what is slow to answer, such as a
     * cluster, is given longer than the end of a session has.
     *
     * @param patience how long at most it waits for what does not answer
     * @throws KubetunException if it cannot
     */
    default void undo(Duration patience) throws KubetunException {
        undo();
    }
}
