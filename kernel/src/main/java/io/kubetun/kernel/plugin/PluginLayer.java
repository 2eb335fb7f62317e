package io.kubetun.kernel.plugin;

import io.kubetun.spi.Plugin;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The module layer of one dropped-in plugin: its own modules and what they bring, above kubetun's.
 *
 * @param layer the layer
 * @param versions the version of each module of it that provides a plugin
 */
record PluginLayer(ModuleLayer layer, Map<String, String> versions) {
    /** Where nothing says its version. */
    static final String UNKNOWN_VERSION = "unknown";

    /**
     * Reads descriptors and manifests, then resolves and defines the modules. No class of the plugin is loaded.
     *
     * @param candidate where the plugin is
     * @param parent kubetun's layer
     */
    static PluginLayer open(PluginCandidate candidate, ModuleLayer parent) throws PluginRejectedException {
        List<Path> files = candidate.jars();
        Map<String, PluginJar> jars = new HashMap<>();
        for (Path file : files) {
            jars.put(file.toUri().toString(), PluginJar.read(file));
        }
        try {
            ModuleFinder own = SharedModules.without(ModuleFinder.of(files.toArray(Path[]::new)));
            Map<String, String> versions = new HashMap<>();
            for (ModuleReference provider : providers(own)) {
                PluginJar jar = jars.get(provider.location().orElseThrow().toString());
                jar.requireSpi();
                versions.put(provider.descriptor().name(), versionOf(jar, provider.descriptor()));
            }
            return new PluginLayer(define(own, parent), versions);
        } catch (FindException | ResolutionException | LayerInstantiationException unresolved) {
            throw new PluginRejectedException(explain(unresolved), unresolved);
        }
    }

    /** The plugins of this layer and of no other, not yet made. */
    List<ServiceLoader.Provider<Plugin>> plugins() {
        return ServiceLoader.load(layer, Plugin.class).stream()
                .filter(provider -> provider.type().getModule().getLayer() == layer)
                .toList();
    }

    private static List<ModuleReference> providers(ModuleFinder own) throws PluginRejectedException {
        Set<ModuleReference> modules = own.findAll();
        List<ModuleReference> providers = modules.stream()
                .filter(module -> !module.descriptor().isAutomatic())
                .filter(module -> module.descriptor().provides().stream()
                        .anyMatch(provides -> provides.service().equals(Plugin.class.getName())))
                .toList();
        if (!providers.isEmpty()) {
            return providers;
        }
        boolean noModule =
                modules.stream().allMatch(module -> module.descriptor().isAutomatic());
        throw new PluginRejectedException(
                noModule
                        ? "it is no Java module: it has no module-info"
                        : "its module-info does not say: provides " + Plugin.class.getName());
    }

    private static ModuleLayer define(ModuleFinder own, ModuleLayer parent) {
        Set<String> roots =
                own.findAll().stream().map(module -> module.descriptor().name()).collect(Collectors.toSet());
        Configuration resolved = parent.configuration().resolve(own, ModuleFinder.of(), roots);
        // The platform's loader is the parent: what a plugin's modules do not read, they do not see.
        return parent.defineModulesWithOneLoader(resolved, ClassLoader.getPlatformClassLoader());
    }

    private static String versionOf(PluginJar jar, ModuleDescriptor descriptor) {
        return jar.version().or(descriptor::rawVersion).orElse(UNKNOWN_VERSION);
    }

    private static String explain(RuntimeException unresolved) {
        String reason = Failure.oneLine(String.valueOf(unresolved.getMessage()));
        return SharedModules.isNamedIn(reason)
                ? reason + " (kubetun's own is used, never one of the plugin's folder)"
                : reason;
    }
}
