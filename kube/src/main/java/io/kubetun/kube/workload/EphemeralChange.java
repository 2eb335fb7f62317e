package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.EphemeralAgent;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.kube.effect.ClusterChange;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Agents that are added to a workload's pods as they run, and told to end at the session's end. All pods of the workload
 * are meant, also those that get theirs later.
 */
final class EphemeralChange {
    /** The kind of these effects. */
    static final String KIND = "intercept-ephemeral";

    /** How the pods are found, also when the workload is gone. */
    private static final String PODS = "pods";

    /** What the journal must say. */
    static final List<String> FIELDS =
            Stream.concat(Owned.FIELDS.stream(), Stream.of(PODS)).toList();

    private EphemeralChange() {}

    /** Gets at the pods, which after a crash takes a new way. */
    @FunctionalInterface
    interface Reaching {
        Reached reach() throws KubetunException;
    }

    /**
     * A way to the pods.
     *
     * @param agents end there
     * @param afterwards run when nothing more is asked
     */
    record Reached(EndedAgents agents, Runnable afterwards) {}

    /** Makes the effect; {@code making} adds the agents, and some pods may have theirs when it fails. */
    static Effect of(
            Owned owned,
            String pods,
            String preview,
            Map<String, String> cluster,
            BoundedUndo.Step making,
            Reaching reaching) {
        Map<String, String> all = new HashMap<>(cluster);
        all.putAll(owned.data());
        all.put(PODS, pods);
        BoundedUndo undo =
                new BoundedUndo(() -> end(owned, pods, reaching.reach()), (why, cause) -> left(owned, why, cause));
        return new ClusterChange(
                KIND,
                owned.key(),
                preview,
                all,
                () -> undo.orMade(making, any -> true, e -> Refusals.of("cannot intercept " + owned, e)),
                undo);
    }

    /** What the journal says of the pods. */
    static String pods(Map<String, String> data) {
        return data.get(PODS);
    }

    private static void end(Owned owned, String pods, Reached reached) throws IOException {
        try {
            reached.agents().endAll(pods, agent -> isOf(owned, agent));
        } finally {
            reached.afterwards().run();
        }
    }

    private static boolean isOf(Owned owned, EphemeralAgent agent) {
        return Holding.fingerprint(agent.key()).equals(owned.fingerprint())
                && agent.session().equals(owned.session());
    }

    private static KubetunException left(Owned owned, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot end the agents in the pods of " + owned,
                why,
                "They do nothing without their session and end after " + AgentContainers.IDLE.toMinutes()
                        + " minutes; anybody ends them: kubetun leave " + owned.spoken() + " --force",
                cause);
    }
}
