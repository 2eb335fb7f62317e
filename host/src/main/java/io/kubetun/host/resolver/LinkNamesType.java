package io.kubetun.host.resolver;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import io.kubetun.spi.host.SystemNames;
import io.kubetun.spi.host.TunSettings;
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
        if (!key.matches("kubetun\\d{1,3}")) {
            throw new IllegalArgumentException("no device of kubetun: " + key);
        }
        // To take it back, the device is enough.
        return new LinkNames(
                new TunSettings(Integer.parseInt(key.substring("kubetun".length())), false),
                new SystemNames("dead", "dead", InetAddress.getLoopbackAddress(), "dead", List.of()));
    }
}
