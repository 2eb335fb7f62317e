package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes layers of configuration from what is not a file: flags, system properties, the environment. */
final class OverlayReader {
    private static final String PROPERTY = "kubetun.";
    private static final String VARIABLE = "KUBETUN_";
    /** Closer than this to a known name, a variable that is none is taken for a typing error. */
    private static final int TYPING_ERROR = 2;

    private final Map<String, Option> options;
    private final Map<String, List<String>> pathsByVariable = new TreeMap<>();
    private final ProfileErrors errors;

    OverlayReader(ProfileSchema schema, ProfileErrors errors) {
        this.options = schema.optionsByPath();
        this.errors = errors;
        options.keySet()
                .forEach(path -> pathsByVariable
                        .computeIfAbsent(variableOf(path), _ -> new ArrayList<>())
                        .add(path));
    }

    /** {@code modes.hosts-fwd.all-namespaces} is {@code KUBETUN_MODES_HOSTS_FWD_ALL_NAMESPACES}. */
    static String variableOf(String path) {
        return VARIABLE + path.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }

    Config flags(Overrides overrides) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        overrides.values().forEach((path, value) -> values.put(path, value(value, flagOf(path))));
        return layer(values);
    }

    Config properties(Properties properties) throws KubetunException {
        Map<String, ConfigValue> values = new TreeMap<>();
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            if (!name.startsWith(PROPERTY + ProfileSchema.CLUSTER + ".")
                    && !name.startsWith(PROPERTY + ProfileSchema.MODES + ".")) {
                continue;
            }
            String path = name.substring(PROPERTY.length());
            if (!options.containsKey(path)) {
                throw errors.unknownKey("-D" + name, path, path, options.keySet());
            }
            values.put(path, value(properties.getProperty(name), "-D" + name));
        }
        return layer(values);
    }

    Config environment(Map<String, String> environment) throws KubetunException {
        Map<String, ConfigValue> values = new TreeMap<>();
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            List<String> paths = pathsByVariable.getOrDefault(name, List.of());
            if (paths.size() > 1) {
                throw errors.invalid(
                        name + " can mean " + String.join(" and ", paths), "Say it by a flag or in a profile");
            }
            if (paths.isEmpty()) {
                refuseTypingError(name);
            } else {
                values.put(paths.getFirst(), value(variable.getValue(), name));
            }
        }
        return layer(values);
    }

    private void refuseTypingError(String name) throws KubetunException {
        boolean key = name.startsWith(VARIABLE + "CLUSTER_") || name.startsWith(VARIABLE + "MODES_");
        boolean near = name.startsWith(VARIABLE)
                && pathsByVariable.keySet().stream()
                        .anyMatch(known -> NearestName.distance(name, known) <= TYPING_ERROR);
        if (key || near) {
            throw errors.unknownKey("the environment", name, name, pathsByVariable.keySet());
        }
    }

    private String flagOf(String path) {
        Option option = options.get(path);
        return option == null || option.flags().isEmpty()
                ? "flag"
                : "flag "
                        + option.flags().stream()
                                .filter(flag -> flag.startsWith("--"))
                                .findFirst()
                                .orElse(option.flags().getFirst());
    }

    private static ConfigValue value(Object value, String origin) {
        return ConfigValueFactory.fromAnyRef(value, origin).withOrigin(ConfigOriginFactory.newSimple(origin));
    }

    private static Config layer(Map<String, ConfigValue> values) {
        Config layer = ConfigFactory.empty();
        for (Map.Entry<String, ConfigValue> entry : values.entrySet()) {
            layer = entry.getValue()
                    .atPath(ProfileSchema.ROOT + "." + entry.getKey())
                    .withFallback(layer);
        }
        return layer;
    }
}
