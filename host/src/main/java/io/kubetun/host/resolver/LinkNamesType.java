package io.kubetun.host.resolver;

import io.kubetun.host.tun.TunDeviceType;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import io.kubetun.spi.host.SystemNames;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Restores {@link LinkNames} from the journal. */
public final class LinkNamesType implements EffectType {
    /** Makes the type. */
    public LinkNamesType() {}

    @Override
    public String kind() {
        return LinkNames.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        // To take it back, the device is enough.
        return new LinkNames(
                TunDeviceType.settings(key, false),
                new SystemNames("dead", "dead", InetAddress.getLoopbackAddress(), "dead", List.of()));
    }
}
