package io.kubetun.host.tun;

import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.util.List;
import java.util.Map;

/** Restores {@link TunRoute}s from the journal: nothing is left of them to take back. */
public final class TunRouteType implements EffectType {
    /** Makes the type. */
    public TunRouteType() {}

    @Override
    public String kind() {
        return TunRoute.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        String device = data.getOrDefault(TunRoute.DEVICE, "");
        Cidr destination = Cidr.of(data.getOrDefault(TunRoute.DESTINATION, ""));
        return new TunRoute(TunDeviceType.settings(device, destination.v6()), destination, List.of());
    }
}
