package io.kubetun.host.tun;

import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import io.kubetun.spi.host.TunSettings;
import java.util.Map;

/** Restores {@link TunDevice}s from the journal: of a device that is gone, connections may be left. */
public final class TunDeviceType implements EffectType {
    private static final String NAME = "kubetun\\d{1,3}";

    /** Makes the type. */
    public TunDeviceType() {}

    @Override
    public String kind() {
        return TunDevice.KIND;
    }

    @Override
    public Effect restore(String key, Map<String, String> data) {
        return new TunDevice(settings(key, Boolean.parseBoolean(data.get(TunDevice.V6))));
    }

    /**
     * Reads a device's name.
     *
     * @param name such as {@code kubetun0}
     * @param v6 whether the device is to have IPv6 addresses
     * @return the device of that name
     * @throws IllegalArgumentException if it is another's
     */
    public static TunSettings settings(String name, boolean v6) {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("no device of kubetun: " + name);
        }
        return new TunSettings(Integer.parseInt(name.substring("kubetun".length())), v6);
    }
}
