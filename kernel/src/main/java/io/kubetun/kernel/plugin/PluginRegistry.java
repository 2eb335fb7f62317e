package io.kubetun.kernel.plugin;

import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Stand-in until the plugin loader is merged. */
public final class PluginRegistry {
    private PluginRegistry() {}

    /**
     * Loads nothing.
     *
     * @param folders ignored
     * @return an empty registry
     */
    public static PluginRegistry load(List<Path> folders) {
        return new PluginRegistry();
    }

    /**
     * Returns the plugins.
     *
     * @return none
     */
    public List<String> plugins() {
        return List.of();
    }

    /**
     * Returns the modes.
     *
     * @return none
     */
    public List<ModeDescriptor> modes() {
        return List.of();
    }

    /**
     * Finds a mode.
     *
     * @param name its name
     * @return empty
     */
    public Optional<ModeFactory> mode(String name) {
        return Optional.empty();
    }
}
