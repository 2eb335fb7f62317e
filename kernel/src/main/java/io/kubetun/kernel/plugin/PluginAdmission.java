package io.kubetun.kernel.plugin;

import io.kubetun.kernel.profile.ProfileSchema;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.Plugin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** Asks plugins one by one what they are and lets in those that are sound and whose names are free. For one thread. */
final class PluginAdmission {
    private final List<PluginInfo> plugins = new ArrayList<>();
    private final Map<String, PluginModeFactory> modes = new LinkedHashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Set<String> commands;

    PluginAdmission(Set<String> reservedCommands) {
        this.commands = new HashSet<>(reservedCommands);
    }

    List<PluginInfo> plugins() {
        return plugins;
    }

    Map<String, PluginModeFactory> modes() {
        return modes;
    }

    void disable(String name, String version, String source, String reason) {
        plugins.add(PluginInfo.disabled(name, version, source, reason));
    }

    /** Makes a plugin and asks it; one that fails is disabled under {@code fallbackName} or the name it gave. */
    void admit(ServiceLoader.Provider<Plugin> provider, String fallbackName, String version, String source) {
        ClassLoader loader = provider.type().getClassLoader();
        String name = fallbackName;
        String step = "its constructor";
        try (var _ = LoaderScope.enter(loader)) {
            Plugin plugin = provider.get();
            step = "name()";
            name = requireName(plugin.name(), fallbackName);
            requireFree(name);
            step = "modes()";
            Map<String, PluginModeFactory> own = new LinkedHashMap<>();
            for (ModeFactory factory : plugin.modes()) {
                ModeDescriptor descriptor = requireUsable(factory.descriptor());
                if (own.put(descriptor.name(), new PluginModeFactory(name, loader, descriptor, factory)) != null) {
                    throw new PluginRejectedException("it has two modes named " + descriptor.name());
                }
            }
            enter(name, version, source, own);
        } catch (PluginRejectedException rejected) {
            disable(name, version, source, rejected.getMessage());
        } catch (Throwable thrown) {
            disable(name, version, source, step + " threw " + Failure.describe(thrown));
        }
    }

    private void enter(String name, String version, String source, Map<String, PluginModeFactory> own)
            throws PluginRejectedException {
        Set<String> ownCommands = new HashSet<>();
        for (PluginModeFactory mode : own.values()) {
            String command = mode.descriptor().command();
            if (commands.contains(command) || !ownCommands.add(command)) {
                throw new PluginRejectedException("its command " + command + " is taken");
            }
        }
        commands.addAll(ownCommands);
        sources.put(name, source);
        modes.putAll(own);
        plugins.add(new PluginInfo(name, version, source, PluginInfo.State.ENABLED, "", List.copyOf(own.keySet())));
    }

    private static String requireName(String name, String fallbackName) throws PluginRejectedException {
        if (name == null || !name.matches("[a-z][a-z0-9-]*")) {
            throw new PluginRejectedException("name() gives no name of lower-case letters, digits and dashes: "
                    + Failure.oneLine(name == null ? "null, for " + fallbackName : name));
        }
        return name;
    }

    private void requireFree(String name) throws PluginRejectedException {
        String other = sources.get(name);
        if (other != null) {
            throw new PluginRejectedException("there is already a plugin of this name: " + other);
        }
    }

    private ModeDescriptor requireUsable(ModeDescriptor descriptor) throws PluginRejectedException {
        PluginModeFactory other = modes.get(descriptor.name());
        if (other != null) {
            throw new PluginRejectedException(
                    "its mode " + descriptor.name() + " is already one of plugin " + other.plugin());
        }
        ProfileSchema.requireDefaults(descriptor.options());
        return descriptor;
    }
}
