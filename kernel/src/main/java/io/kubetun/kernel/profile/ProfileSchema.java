package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All that a profile may say: the options of the cluster and of each mode. Immutable. */
public final class ProfileSchema {
    /** The block that kubetun reads. */
    static final String ROOT = "kubetun";
    /** The block for what a user wants to refer to. */
    static final String VARIABLES = "vars";
    /** The block of the cluster's options. */
    static final String CLUSTER = "cluster";
    /** The block of the modes. */
    static final String MODES = "modes";

    private final List<Option> cluster;
    private final Map<String, ModeDescriptor> modes = new LinkedHashMap<>();

    /**
     * Makes a schema.
     *
     * @param cluster the options of the cluster
     * @param modes the modes that there are
     * @throws IllegalArgumentException if a default is not of its option's type
     */
    public ProfileSchema(List<Option> cluster, List<ModeDescriptor> modes) {
        requireDefaults(cluster);
        this.cluster = List.copyOf(cluster);
        for (ModeDescriptor mode : modes) {
            requireDefaults(mode.options());
            this.modes.put(mode.name(), mode);
        }
    }

    /**
     * Checks that each default is of its option's type.
     *
     * @param options the options
     * @throws IllegalArgumentException if one is not
     */
    public static void requireDefaults(List<Option> options) {
        for (Option option : options) {
            if (option.defaultValue().isPresent() && defaultOf(option).isEmpty()) {
                throw new IllegalArgumentException(
                        "the default of option " + option.key() + " is not " + OptionReader.expected(option.type()));
            }
        }
    }

    /**
     * Returns the schema of a profile written as JSON, for editors: JSON Schema, draft 2020-12. No unknown key passes.
     *
     * @return a JSON document
     * @see <a href="https://json-schema.org/draft/2020-12">JSON Schema 2020-12</a>
     */
    public String toJsonSchema() {
        return new JsonSchema(cluster, List.copyOf(modes.values())).render();
    }

    List<Option> cluster() {
        return cluster;
    }

    Optional<ModeDescriptor> mode(String name) {
        return Optional.ofNullable(modes.get(name));
    }

    List<String> modeNames() {
        return List.copyOf(modes.keySet());
    }

    /** Every option by its path below {@link #ROOT}. */
    Map<String, Option> optionsByPath() {
        Map<String, Option> byPath = new LinkedHashMap<>();
        cluster.forEach(option -> byPath.put(CLUSTER + "." + option.key(), option));
        modes.values()
                .forEach(mode -> mode.options()
                        .forEach(option -> byPath.put(MODES + "." + mode.name() + "." + option.key(), option)));
        return byPath;
    }

    static Optional<ConfigValue> defaultOf(Option option) {
        return option.defaultValue()
                .flatMap(text -> OptionReader.read(
                        option, ConfigValueFactory.fromAnyRef(text).withOrigin(Origins.DEFAULT)));
    }
}
