package io.kubetun.kube.gateway;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;

/**
 * The removal of a gateway that sessions which are no more have left behind. There is nothing of it to take back, so that
 * one of the journal's knows only what it removed.
 *
 * @param key the gateway, as {@code NAMESPACE/NAME}
 * @param removal removes it
 */
record GatewaySweep(String key, Removal removal) implements Effect {
    /** The kind of these effects. */
    static final String KIND = "gateway-sweep";

    /** Removes a gateway, unless somebody uses it by now. */
    interface Removal {
        void run() throws KubetunException;
    }

    static GatewaySweep of(GatewayObjects objects) {
        return new GatewaySweep(objects.toString(), () -> remove(objects));
    }

    private static void remove(GatewayObjects objects) throws KubetunException {
        try {
            GatewayLease.sweep(objects);
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.CLUSTER_ERROR,
                    "cannot remove the gateway " + objects,
                    ApiErrors.reason(e),
                    "It is idle; who may, removes it: kubectl -n " + objects.namespace() + " delete deployment "
                            + objects.name(),
                    e);
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String preview() {
        return "remove the gateway " + key + ", which nobody uses any more";
    }

    @Override
    public Map<String, String> data() {
        return Map.of();
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        removal.run();
    }

    @Override
    public void undo() {
        // What nobody used is not made again.
    }
}
