package io.kubetun.plugin.intercept;

import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.List;

/** Brings the mode {@code intercept}. Stateless. */
public final class InterceptPlugin implements Plugin {
    /** Made by kubetun, as a service. */
    public InterceptPlugin() {}

    @Override
    public String name() {
        return "intercept";
    }

    @Override
    public List<ModeFactory> modes() {
        return List.of(new InterceptModeFactory());
    }
}
