package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.util.Map;

/** Restores intercepts from the journal, to take the agents out. Stateless. */
public final class InterceptChangeType implements EffectType {
    /** Makes the type. */
    public InterceptChangeType() {}

    @Override
    public String kind() {
        return InterceptChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        JournalledCluster cluster = JournalledCluster.read(data, "an intercept", Owned.FIELDS);
        Owned owned = Owned.of(data);
        return InterceptChange.of(
                owned,
                "the agent in the pods of " + owned,
                data,
                () -> {
                    throw new IOException("what was asked for is not in the journal");
                },
                () -> {
                    ApiClient api = cluster.open();
                    return new InterceptChange.Reached(api, api::close);
                });
    }
}
