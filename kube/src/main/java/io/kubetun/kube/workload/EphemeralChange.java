package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.EphemeralAgent;
import io.kubetun.kube.effect.BoundedUndo;
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
final class EphemeralChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "intercept-ephemeral";

    /** How the pods are found, also when the workload is gone. */
    private static final String PODS = "pods";

    /** What the journal must say. */
    static final List<String> FIELDS =
            Stream.concat(Owned.FIELDS.stream(), Stream.of(PODS)).toList();

    private final Owned owned;
    private final String pods;
    private final String preview;
    private final Map<String, String> data;
    private final InterceptChange.Making making;
    private final Reaching reaching;

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

    EphemeralChange(
            Owned owned,
            String pods,
            String preview,
            Map<String, String> cluster,
            InterceptChange.Making making,
            Reaching reaching) {
        this.owned = owned;
        this.pods = pods;
        this.preview = preview;
        Map<String, String> all = new HashMap<>(cluster);
        all.putAll(owned.data());
        all.put(PODS, pods);
        this.data = Map.copyOf(all);
        this.making = making;
        this.reaching = reaching;
    }

    /** What the journal says of the pods. */
    static String pods(Map<String, String> data) {
        return data.get(PODS);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return owned.key();
    }

    @Override
    public String preview() {
        return preview;
    }

    @Override
    public Map<String, String> data() {
        return data;
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        try {
            making.put();
        } catch (KubetunException e) {
            takeBack(e);
            throw e;
        } catch (IOException e) {
            takeBack(e);
            throw Refusals.of("cannot intercept " + owned, e);
        }
    }

    /** Some pods may have theirs already. */
    private void takeBack(Exception why) {
        try {
            undo();
        } catch (KubetunException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public void undo() throws KubetunException {
        BoundedUndo.run("kubetun-intercept-undo", this::end, this::left);
    }

    private void end() throws KubetunException, IOException {
        Reached reached = reaching.reach();
        try {
            reached.agents().endAll(pods, this::isOurs);
        } finally {
            reached.afterwards().run();
        }
    }

    private boolean isOurs(EphemeralAgent agent) {
        return Holding.fingerprint(agent.key()).equals(owned.fingerprint())
                && agent.session().equals(owned.session());
    }

    private KubetunException left(String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot end the agents in the pods of " + owned,
                why,
                "They do nothing without their session and end after " + AgentContainers.IDLE.toMinutes()
                        + " minutes; anybody ends them: kubetun leave " + owned.spoken() + " --force",
                cause);
    }
}
