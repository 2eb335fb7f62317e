package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.util.Map;

/** Restores Leases of intercepts from the journal, to remove them. Stateless. */
public final class LeaseChangeType implements EffectType {
    /** Makes the type. */
    public LeaseChangeType() {}

    @Override
    public String kind() {
        return LeaseChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        JournalledCluster cluster = JournalledCluster.read(data, "a Lease of an intercept", Owned.FIELDS);
        Owned owned = Owned.of(data);
        return LeaseChange.of(
                owned,
                "the Lease that shows who has " + owned,
                data,
                () -> {
                    // Nobody is there any more to renew it.
                },
                () -> {
                    try (ApiClient api = cluster.open()) {
                        LeaseChange.remove(new ShownLeases(api, owned.namespace()), owned);
                    }
                });
    }
}
