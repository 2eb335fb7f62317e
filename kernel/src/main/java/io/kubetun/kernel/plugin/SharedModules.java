package io.kubetun.kernel.plugin;

import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The modules whose types the plugin interface exposes: there is one of each, kubetun's. */
final class SharedModules {
    private static final Set<String> NAMES = Set.of("io.kubetun.spi", "typesafe.config", "org.slf4j");
    private static final String NETTY = "io.netty.";

    private SharedModules() {}

    static boolean has(String module) {
        return NAMES.contains(module) || module.startsWith(NETTY);
    }

    static boolean isNamedIn(String message) {
        return message.contains(NETTY) || NAMES.stream().anyMatch(message::contains);
    }

    /** The same finder, blind to shared modules. */
    static ModuleFinder without(ModuleFinder finder) {
        return new ModuleFinder() {
            @Override
            public Optional<ModuleReference> find(String name) {
                return has(name) ? Optional.empty() : finder.find(name);
            }

            @Override
            public Set<ModuleReference> findAll() {
                return finder.findAll().stream()
                        .filter(module -> !has(module.descriptor().name()))
                        .collect(Collectors.toSet());
            }
        };
    }
}
