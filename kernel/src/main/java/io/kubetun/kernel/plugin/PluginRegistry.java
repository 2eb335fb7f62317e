package io.kubetun.kernel.plugin;

import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * The plugins of this kubetun: those built in, found as services of its own layer, and those dropped into plugins
 * folders, each in a {@link ModuleLayer} of its own. One that is wrong, was built for another version of the plugin
 * interface, has a name that is taken, or throws is disabled with the reason; the others work.
 *
 * <p>Immutable, safe for use by several threads.
 */
public final class PluginRegistry {
    private final List<PluginInfo> plugins;
    private final Map<String, PluginModeFactory> modes;

    private PluginRegistry(PluginAdmission admission) {
        this.plugins = List.copyOf(admission.plugins());
        this.modes = new LinkedHashMap<>(admission.modes());
    }

    /**
     * Loads plugins. Blocks while files are read; never fails.
     *
     * @param folders plugins folders: each jar and each sub-folder in them is a plugin; one that is missing is empty.
     *     Where a name is met twice, the earlier folder wins, and built-in plugins before all
     * @return what was found
     */
    public static PluginRegistry load(List<Path> folders) {
        return load(folders, Set.of());
    }

    /**
     * Loads plugins as {@link #load(List)} does, and disables those whose modes want a command that is taken.
     *
     * @param folders plugins folders
     * @param reservedCommands subcommands that belong to no mode, such as {@code status}
     * @return what was found
     */
    public static PluginRegistry load(List<Path> folders, Set<String> reservedCommands) {
        PluginAdmission admission = new PluginAdmission(reservedCommands);
        loadBuiltIns(admission);
        for (Path folder : folders) {
            loadFolder(folder, admission);
        }
        return new PluginRegistry(admission);
    }

    /**
     * Returns all plugins, disabled ones too: built-in ones first, then those of each folder by file name.
     *
     * @return what is known of each
     */
    public List<PluginInfo> plugins() {
        return plugins;
    }

    /**
     * Returns the modes of the enabled plugins.
     *
     * @return their descriptions, in the order of the plugins
     */
    public List<ModeDescriptor> modes() {
        return modes.values().stream().map(PluginModeFactory::descriptor).toList();
    }

    /**
     * Finds a mode. Calls into the factory and its modes have the plugin's class loader as context loader; what they
     * throw against their promise comes out as a {@code KubetunException} that names the plugin, or, from
     * {@code stop} and {@code listening}, is logged.
     *
     * @param name its name
     * @return its factory, or empty if no enabled plugin has it
     */
    public Optional<ModeFactory> mode(String name) {
        return Optional.ofNullable(modes.get(name));
    }

    private static void loadBuiltIns(PluginAdmission admission) {
        try {
            // From the class path too, where tests run without modules.
            ServiceLoader.load(Plugin.class, PluginRegistry.class.getClassLoader()).stream()
                    .sorted(Comparator.comparing(provider -> provider.type().getName()))
                    .forEach(provider -> admission.admit(
                            provider,
                            nameOf(provider.type().getModule(), provider.type().getSimpleName()),
                            versionOf(provider.type().getModule()),
                            PluginInfo.BUILT_IN));
        } catch (ServiceConfigurationError | LinkageError broken) {
            admission.disable(
                    PluginInfo.BUILT_IN, PluginLayer.UNKNOWN_VERSION, PluginInfo.BUILT_IN, Failure.describe(broken));
        }
    }

    private static void loadFolder(Path folder, PluginAdmission admission) {
        try {
            for (PluginCandidate candidate : PluginCandidate.in(folder)) {
                loadCandidate(candidate, admission);
            }
        } catch (IOException | RuntimeException unreadable) {
            admission.disable(
                    String.valueOf(folder.getFileName()),
                    PluginLayer.UNKNOWN_VERSION,
                    folder.toString(),
                    "the plugins folder cannot be read (" + Failure.describe(unreadable) + ")");
        }
    }

    private static void loadCandidate(PluginCandidate candidate, PluginAdmission admission) {
        String source = candidate.location().toString();
        try {
            ModuleLayer parent = Plugin.class.getModule().getLayer();
            if (parent == null) {
                throw new PluginRejectedException("kubetun runs from the class path, where it cannot load plugins");
            }
            PluginLayer layer = PluginLayer.open(candidate, parent);
            for (ServiceLoader.Provider<Plugin> provider : layer.plugins()) {
                String module = provider.type().getModule().getName();
                admission.admit(provider, module, layer.versions().get(module), source);
            }
        } catch (PluginRejectedException rejected) {
            admission.disable(candidate.name(), PluginLayer.UNKNOWN_VERSION, source, rejected.getMessage());
        } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
            admission.disable(
                    candidate.name(),
                    PluginLayer.UNKNOWN_VERSION,
                    source,
                    "it cannot be loaded: " + Failure.describe(broken));
        }
    }

    private static String nameOf(Module module, String otherwise) {
        return module.isNamed() ? module.getName() : otherwise;
    }

    private static String versionOf(Module module) {
        return module.isNamed()
                ? module.getDescriptor().rawVersion().orElse(PluginLayer.UNKNOWN_VERSION)
                : PluginLayer.UNKNOWN_VERSION;
    }
}
