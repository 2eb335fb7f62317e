package io.kubetun.plugin.dns;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code dns}. Stateless. */
public final class DnsPlugin implements Plugin {
    /** Made by kubetun, as a service. */
    public DnsPlugin() {}

    @Override
    public String name() {
        return "dns";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new DnsModeFactory());
    }
}
