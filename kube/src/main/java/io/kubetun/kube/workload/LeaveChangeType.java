package io.kubetun.kube.workload;

import io.kubetun.kube.effect.OneWay;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.util.Map;

/** Restores the taking out of agents from the journal: as changes of which nothing is left to undo. Stateless. */
public final class LeaveChangeType implements EffectType {
    /** Makes the type. */
    public LeaveChangeType() {}

    @Override
    public String kind() {
        return LeaveChange.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        return new OneWay(LeaveChange.KIND, key, LeaveChange.preview(key));
    }
}
