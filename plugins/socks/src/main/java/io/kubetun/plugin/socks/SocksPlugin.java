package io.kubetun.plugin.socks;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code socks}, whose command is {@code proxy-out}. Stateless. */
public final class SocksPlugin implements Plugin {
    /** Made by kubetun, as a service. */
    public SocksPlugin() {}

    @Override
    public String name() {
        return "socks";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new SocksModeFactory());
    }
}
