package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A Service's target ports that lead to agents, and are what they were at the session's end. */
final class ServiceChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "intercept-service";

    /** What the journal says beside whose it is. */
    static final String SERVICE = "service";

    private final Owned owned;
    private final String service;
    private final String preview;
    private final Map<String, String> data;
    private final InterceptChange.Making making;
    private final InterceptChange.Reaching reaching;

    ServiceChange(
            Owned owned,
            String service,
            String preview,
            Map<String, String> data,
            InterceptChange.Making making,
            InterceptChange.Reaching reaching) {
        this.owned = owned;
        this.service = service;
        this.preview = preview;
        this.data = Map.copyOf(data);
        this.making = making;
        this.reaching = reaching;
    }

    /** What the journal must know. */
    static Map<String, String> data(Owned owned, String service) {
        Map<String, String> data = new HashMap<>(owned.data());
        data.put(SERVICE, service);
        return data;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return owned.namespace() + "/service/" + service + "#" + owned.session();
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
            throw Refusals.of("cannot lead service/" + service + " to the agents of " + owned, e);
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
        BoundedUndo.run("kubetun-service-undo", this::restore, this::left);
    }

    private void restore() throws KubetunException, IOException {
        InterceptChange.Reached reached = reaching.reach();
        try {
            new Services(reached.api(), owned.namespace())
                    .restore(service, leading -> leading.holding().isOf(owned.fingerprint(), owned.session()));
        } finally {
            reached.afterwards().run();
        }
    }

    private KubetunException left(String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot lead service/" + service + " in " + owned.namespace() + " back to where it led",
                why,
                "The agents pass its traffic on meanwhile; anybody puts it back: kubetun leave " + owned.spoken()
                        + " --force",
                cause);
    }
}
