package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** An agent in a workload's template, which is taken out again at the session's end. */
final class InterceptChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "intercept";

    private final Owned owned;
    private final String preview;
    private final Map<String, String> data;
    private final Making making;
    private final Reaching reaching;

    /** Puts the agent there. */
    @FunctionalInterface
    interface Making {
        void put() throws KubetunException, IOException;
    }

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

    InterceptChange(Owned owned, String preview, Map<String, String> data, Making making, Reaching reaching) {
        this.owned = owned;
        this.preview = preview;
        this.data = Map.copyOf(data);
        this.making = making;
        this.reaching = reaching;
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
        } catch (IOException e) {
            takeBack(e);
            throw Refusals.of("cannot intercept " + owned, e);
        }
    }

    /** Whether the change was made is not known if the answer did not come. */
    private void takeBack(IOException why) {
        if (why instanceof ApiException) {
            return;
        }
        try {
            undo();
        } catch (KubetunException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public void undo() throws KubetunException {
        BoundedUndo.run("kubetun-intercept-undo", this::takeOut, this::left);
    }

    private void takeOut() throws KubetunException, IOException {
        Reached reached = reaching.reach();
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

    private KubetunException left(String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot take the agent out of " + owned,
                why,
                "It does nothing without its session; anybody takes it out: kubetun leave " + owned.spoken()
                        + " --force",
                cause);
    }
}
