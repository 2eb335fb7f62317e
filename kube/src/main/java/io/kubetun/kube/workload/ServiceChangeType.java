package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Restores changed target ports from the journal, to put them back. Stateless. */
public final class ServiceChangeType implements EffectType {
    /** Makes the type. */
    public ServiceChangeType() {}

    @Override
    public String kind() {
        return ServiceChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        List<String> fields = new ArrayList<>(Owned.FIELDS);
        fields.add(ServiceChange.SERVICE);
        JournalledCluster cluster = JournalledCluster.read(data, "an intercept's Service", fields);
        Owned owned = Owned.of(data);
        String service = data.get(ServiceChange.SERVICE);
        return ServiceChange.of(
                owned,
                service,
                "service/" + service + ", which leads to the agents in the pods of " + owned,
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
