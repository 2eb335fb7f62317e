package io.kubetun.kube.gateway;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.util.Map;

/** Restores removals of gateways from the journal: as changes of which nothing is left to undo. Stateless. */
public final class GatewaySweepType implements EffectType {
    /** Makes the type. */
    public GatewaySweepType() {}

    @Override
    public String kind() {
        return GatewaySweep.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        return new GatewaySweep(key, () -> {});
    }
}
