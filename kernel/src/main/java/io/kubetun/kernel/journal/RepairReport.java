package io.kubetun.kernel.journal;

import io.kubetun.spi.ErrorCode;
import java.util.List;

/**
 * What a repair did.
 *
 * @param undone what was, or would be, taken back
 * @param problems what could not be; its journal stays
 */
public record RepairReport(List<Change> undone, List<Problem> problems) {
    /** Takes copies. */
    public RepairReport {
        undone = List.copyOf(undone);
        problems = List.copyOf(problems);
    }

    /**
     * Says whether there was nothing to do.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return undone.isEmpty() && problems.isEmpty();
    }

    /**
     * A change of a dead session.
     *
     * @param session the session's id
     * @param kind the effect's kind
     * @param key the effect's key
     * @param preview what it did, for people
     * @param kept what of it stays, as somebody else changed it since; a clause each
     */
    public record Change(String session, String kind, String key, String preview, List<String> kept) {
        /** Takes a copy. */
        public Change {
            kept = List.copyOf(kept);
        }
    }

    /**
     * What could not be done.
     *
     * @param code its kind
     * @param what what and why, a sentence without its full stop
     * @param next what to type
     */
    public record Problem(ErrorCode code, String what, String next) {
        @Override
        public String toString() {
            return what + ". " + next;
        }
    }
}
