package io.kubetun.kube.gateway;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;

/** The removal of a gateway that sessions which are no more have left behind. There is nothing of it to take back. */
final class GatewaySweep implements Effect {
    /** The kind of these effects. */
    static final String KIND = "gateway-sweep";

    private final GatewayObjects objects;

    GatewaySweep(GatewayObjects objects) {
        this.objects = objects;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return objects.toString();
    }

    @Override
    public String preview() {
        return "remove the gateway " + objects + ", which nobody uses any more";
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
    public void undo() {
        // What nobody used is not made again.
    }
}
