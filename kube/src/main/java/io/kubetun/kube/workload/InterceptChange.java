package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.kube.effect.ClusterChange;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Agents in workloads' templates, which are taken out again at the session's end. */
final class InterceptChange {
    /** The kind of these effects. */
    static final String KIND = "intercept";

    private InterceptChange() {}

    /** Gets at the API server, which after a crash takes a new way. */
    @FunctionalInterface
    interface Reaching {
        Reached reach() throws KubetunException;
    }

    /**
     * A way to the API server.
     *
     * @param api asks it
     * @param afterwards run when nothing more is asked
     */
    record Reached(ApiClient api, Runnable afterwards) {}

    /** Makes the effect; {@code making} puts the agent there. */
    static Effect of(
            Owned owned, String preview, Map<String, String> data, BoundedUndo.Step making, Reaching reaching) {
        BoundedUndo undo =
                new BoundedUndo(() -> takeOut(owned, reaching.reach()), (why, cause) -> left(owned, why, cause));
        return new ClusterChange(
                KIND,
                owned.key(),
                preview,
                data,
                () -> undo.orMade(making, BoundedUndo.UNHEARD, e -> Refusals.of("cannot intercept " + owned, e)),
                undo);
    }

    private static void takeOut(Owned owned, Reached reached) throws KubetunException, IOException {
        try {
            Attempts.onLatest(new Workloads(reached.api(), owned.namespace()), owned.kind(), owned.name(), seen -> {
                if (Holding.of(seen)
                        .filter(there -> there.isOf(owned.fingerprint(), owned.session()))
                        .isEmpty()) {
                    return Optional.empty();
                }
                // As long as a Service leads to the agents, they stay.
                Services services = new Services(reached.api(), owned.namespace());
                if (Entrances.areIn(seen)) {
                    services.restoreAll(seen);
                }
                return Optional.of(TemplatePatch.remove(seen));
            });
        } finally {
            reached.afterwards().run();
        }
    }

    private static KubetunException left(Owned owned, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot take the agent out of " + owned,
                why,
                "It does nothing without its session; anybody takes it out: kubetun leave " + owned.spoken()
                        + " --force",
                cause);
    }
}
