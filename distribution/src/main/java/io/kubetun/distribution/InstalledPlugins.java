package io.kubetun.distribution;

import io.kubetun.distribution.command.CommandTree;
import io.kubetun.kernel.plugin.PluginRegistry;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The plugins of an installation, loaded once, by the first command that asks for them. Thread-safe; blocks. */
final class InstalledPlugins implements Supplier<PluginRegistry> {
    private final Installation installation;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<PluginRegistry> loaded = Optional.empty();

    InstalledPlugins(Installation installation) {
        this.installation = installation;
    }

    @Override
    public PluginRegistry get() {
        lock.lock();
        try {
            PluginRegistry plugins =
                    loaded.orElseGet(() -> PluginRegistry.load(installation.pluginFolders(), CommandTree.FIXED));
            loaded = Optional.of(plugins);
            return plugins;
        } finally {
            lock.unlock();
        }
    }
}
