package io.kubetun.kube.workload;

import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.util.Map;

/** Restores intercepts by ephemeral containers from the journal, to end the agents. Stateless. */
public final class EphemeralChangeType implements EffectType {
    /** Makes the type. */
    public EphemeralChangeType() {}

    @Override
    public String kind() {
        return EphemeralChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        JournalledCluster cluster = JournalledCluster.read(data, "an intercept", EphemeralChange.FIELDS);
        Owned owned = Owned.of(data);
        return EphemeralChange.of(
                owned,
                EphemeralChange.pods(data),
                "the agents in the pods of " + owned,
                data,
                () -> {
                    throw new IOException("what was asked for is not in the journal");
                },
                () -> {
                    JournalledCluster.WithPods way = cluster.openWithPods();
                    return new EphemeralChange.Reached(
                            new EndedAgents(
                                    new Workloads(way.api(), owned.namespace()),
                                    new AgentDoor(way.pods(), way.loops())),
                            way::close);
                });
    }
}
