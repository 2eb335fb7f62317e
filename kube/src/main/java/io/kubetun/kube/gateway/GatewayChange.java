package io.kubetun.kube.gateway;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.kube.effect.ClusterChange;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;

/** The lease of a gateway, and with it the gateway, as a change that is undone at the session's end. */
final class GatewayChange {
    /** The kind of these effects. */
    static final String KIND = "gateway";

    private GatewayChange() {}

    /** Gets at the lease, which after a crash takes a new way to the API server. */
    interface Leasing {
        GatewayLease lease() throws KubetunException;
    }

    /** Makes the effect. */
    static Effect of(String key, String preview, Map<String, String> data, Leasing leasing) {
        return new ClusterChange(
                KIND,
                key,
                preview,
                data,
                () -> take(leasing.lease()),
                new BoundedUndo(() -> leasing.lease().give(), (why, cause) -> left(key, why, cause)));
    }

    private static void take(GatewayLease lease) throws KubetunException {
        try {
            lease.take();
        } catch (IOException e) {
            takeBack(lease, e);
            throw refused(lease, e);
        }
    }

    /** What was made before the refusal; if that fails too, it is no lease that is renewed, and anyone sweeps it. */
    private static void takeBack(GatewayLease lease, IOException why) {
        try {
            lease.give();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static KubetunException refused(GatewayLease lease, IOException e) {
        boolean forbidden = e instanceof ApiException api && api.forbidden();
        return new KubetunException(
                forbidden ? ErrorCode.FORBIDDEN : ErrorCode.CLUSTER_ERROR,
                "cannot deploy the gateway " + lease.objects(),
                ApiErrors.reason(e),
                forbidden
                        ? "Have the Role gateway-deployer of docs/rbac.md applied, or a gateway installed by Helm"
                        : "See docs/gateway.md; without a gateway: --gateway none",
                e);
    }

    private static KubetunException left(String key, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot give up the gateway " + key,
                why,
                "It is idle, and anyone's next session removes it. At once: kubetun repair",
                cause);
    }
}
