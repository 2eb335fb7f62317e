package io.kubetun.spi.host;

import io.kubetun.spi.KubetunException;

/** The door for every change to host or cluster: written to the journal and synced before it is made. Thread-safe; blocks. */
public interface Effects {
    /**
     * Journals and makes a change.
     *
     * @param effect the change
     * @throws KubetunException if the journal cannot be written (then nothing was changed) or the change failed
     */
    void apply(Effect effect) throws KubetunException;

    /**
     * Takes a change back before the session ends.
     *
     * @param effect one that was applied, or one with its kind and key
     * @throws KubetunException if it cannot be taken back; the record stays for {@code repair}
     */
    void undo(Effect effect) throws KubetunException;
}
