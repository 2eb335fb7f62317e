package io.kubetun.spi;

import java.util.List;

/**
 * What a plugin brings. A plugin's module says {@code provides io.kubetun.spi.Plugin with …} in its module-info; its
 * jar's manifest says {@code Kubetun-Spi-Version} (see {@link SpiVersion}), which is read before any class of the
 * plugin is. Each method has a default, so that a plugin overrides only what it brings.
 *
 * <p>The constructor and every method here are called once, on a thread that may block, and must be quick: they say
 * what there is and start nothing.
 */
public interface Plugin {
    /**
     * Returns the plugin's name: lower case, digits and dashes, unique on a machine.
     *
     * @return the name, such as {@code socks}
     */
    String name();

    /**
     * Returns the modes that this plugin brings.
     *
     * @return factories, one a mode
     */
    default List<ModeFactory> modes() {
        return List.of();
    }
}
