package com.example.tcpforward;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code tcp-forward}. */
public final class TcpForwardPlugin implements Plugin {
    /** For the service loader. */
    public TcpForwardPlugin() {}

    @Override
    public String name() {
        return "tcp-forward";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new TcpForwardFactory());
    }
}
