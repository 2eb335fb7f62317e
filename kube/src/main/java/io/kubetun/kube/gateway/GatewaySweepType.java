package io.kubetun.kube.gateway;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.effect.OneWay;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.util.Map;

/** The removal of gateways that sessions which are no more have left behind. Stateless. */
public final class GatewaySweepType implements EffectType {
    private static final String KIND = "gateway-sweep";

    /** Makes the type. */
    public GatewaySweepType() {}

    /** Removes a gateway, unless somebody uses it by now. */
    static Effect of(GatewayObjects objects) {
        String key = objects.toString();
        return new OneWay(KIND, key, preview(key), () -> remove(objects));
    }

    private static String preview(String key) {
        return "remove the gateway " + key + ", which nobody uses any more";
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
    public Effect restore(String key, Map<String, String> data) {
        return OneWay.made(KIND, key, preview(key));
    }
}
