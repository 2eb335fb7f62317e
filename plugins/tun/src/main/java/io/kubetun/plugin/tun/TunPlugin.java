package io.kubetun.plugin.tun;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code tun}. Stateless. */
public final class TunPlugin implements Plugin {
    /** Made by kubetun, as a service. */
    public TunPlugin() {}

    @Override
    public String name() {
        return "tun";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new TunModeFactory());
    }
}
