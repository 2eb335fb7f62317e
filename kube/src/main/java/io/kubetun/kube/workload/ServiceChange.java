package io.kubetun.kube.workload;

import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.kube.effect.ClusterChange;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Services' target ports that lead to agents, and are what they were at the session's end. */
final class ServiceChange {
    /** The kind of these effects. */
    static final String KIND = "intercept-service";

    /** What the journal says beside whose it is. */
    static final String SERVICE = "service";

    private ServiceChange() {}

    /** Makes the effect; {@code making} leads the Service to the agents. */
    static Effect of(
            Owned owned,
            String service,
            String preview,
            Map<String, String> data,
            BoundedUndo.Step making,
            InterceptChange.Reaching reaching) {
        BoundedUndo undo = new BoundedUndo(
                () -> restore(owned, service, reaching.reach()), (why, cause) -> left(owned, service, why, cause));
        return new ClusterChange(
                KIND,
                owned.namespace() + "/service/" + service + "#" + owned.session(),
                preview,
                data,
                () -> undo.orMade(
                        making,
                        BoundedUndo.UNHEARD,
                        e -> Refusals.of("cannot lead service/" + service + " to the agents of " + owned, e)),
                undo);
    }

    /** What the journal must know. */
    static Map<String, String> data(Owned owned, String service) {
        Map<String, String> data = new HashMap<>(owned.data());
        data.put(SERVICE, service);
        return data;
    }

    private static void restore(Owned owned, String service, InterceptChange.Reached reached)
            throws KubetunException, IOException {
        try {
            new Services(reached.api(), owned.namespace())
                    .restore(service, leading -> leading.holding().isOf(owned.fingerprint(), owned.session()));
        } finally {
            reached.afterwards().run();
        }
    }

    private static KubetunException left(Owned owned, String service, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot lead service/" + service + " in " + owned.namespace() + " back to where it led",
                why,
                "The agents pass its traffic on meanwhile; anybody puts it back: kubetun leave " + owned.spoken()
                        + " --force",
                cause);
    }
}
