package io.kubetun.kube.gateway;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores leases of gateways from the journal. What is written there says how the cluster was reached, and holds no
 * secret: who logged in by {@code --token} cannot be again, and the lease then ends by itself.
 */
public final class GatewayChangeType implements EffectType {
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "name";
    private static final String HOLDER = "holder";

    /** Makes the type. */
    public GatewayChangeType() {}

    static Map<String, String> data(GatewayObjects gateway, String holder, JournalledCluster cluster) {
        return cluster.with(Map.of(NAMESPACE, gateway.namespace(), NAME, gateway.name(), HOLDER, holder));
    }

    @Override
    public String kind() {
        return GatewayChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        JournalledCluster cluster = JournalledCluster.read(data, "a gateway", List.of(NAMESPACE, NAME, HOLDER));
        return GatewayChange.of(key, "the gateway " + key, data, () -> lease(data, cluster));
    }

    private static GatewayLease lease(Map<String, String> data, JournalledCluster cluster) throws KubetunException {
        ApiClient api = cluster.open();
        GatewayObjects objects = new GatewayObjects(api, data.get(NAMESPACE), data.get(NAME), InstantSource.system());
        GatewayManifest nothing = new GatewayManifest(data.get(NAMESPACE), data.get(NAME), "", "", Optional.empty());
        return new GatewayLease(objects, data.get(HOLDER), nothing, false, api::close);
    }
}
