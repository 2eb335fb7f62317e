package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code hosts-fwd} and with it the command {@code forward}. */
public final class HostsForwardPlugin implements Plugin {
    /** Called by the plugin registry. */
    public HostsForwardPlugin() {}

    @Override
    public String name() {
        return "hosts-fwd";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new HostsForwardFactory());
    }
}
