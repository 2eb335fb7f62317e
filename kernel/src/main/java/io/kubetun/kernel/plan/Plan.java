package io.kubetun.kernel.plan;

import io.kubetun.spi.Mode.Listening;
import io.kubetun.spi.Mode.Reach;
import io.kubetun.spi.cluster.Cluster.Identity;
import io.kubetun.spi.host.Effect;
import java.util.List;
import java.util.Map;

/**
 * What a session would do at its start.
 *
 * @param profile the profile's name
 * @param cluster the cluster that it would join
 * @param changes what it would change, in the order of the making; each once, as it would be at last
 * @param listeners where it would listen
 * @param callers who in the cluster would reach what
 */
public record Plan(
        String profile, Identity cluster, List<Change> changes, List<Listener> listeners, List<Caller> callers) {
    /** Stands in keys and data for the session's id, which is not known before the session is. */
    public static final String SESSION = "xxxx";

    /** Takes copies. */
    public Plan {
        changes = List.copyOf(changes);
        listeners = List.copyOf(listeners);
        callers = List.copyOf(callers);
    }

    /**
     * A change to host or cluster.
     *
     * @param mode the mode that would make it, or {@code gateway}
     * @param kind the effect's kind
     * @param key what it would change
     * @param preview one line or a short diff
     * @param data what the journal would hold
     * @param byHelper whether the privileged helper would make it
     */
    public record Change(
            String mode, String kind, String key, String preview, Map<String, String> data, boolean byHelper) {
        /** Takes a copy. */
        public Change {
            data = Map.copyOf(data);
        }

        static Change of(String mode, Effect effect) {
            return new Change(
                    mode, effect.kind(), effect.key(), effect.preview(), effect.data(), effect.keptByHelper());
        }
    }

    /**
     * An address that it would listen on.
     *
     * @param mode the mode that would listen
     * @param listening where; port 0 stands for a free one
     * @param byHelper whether the privileged helper would open it
     */
    public record Listener(String mode, Listening listening, boolean byHelper) {}

    /**
     * Who in the cluster would reach what.
     *
     * @param mode the mode that would answer
     * @param reach who, and what
     */
    public record Caller(String mode, Reach reach) {}
}
