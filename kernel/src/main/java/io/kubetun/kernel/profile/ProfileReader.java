package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the layers of one profile on each other, resolves substitutions and checks every key and type.
 *
 * @param schema what may be said
 * @param name the profile's name
 * @param environment variables to substitute
 * @param flags the layer of the command line, which turns modes on
 * @param ambient the layers of system properties and environment, which only change modes that are on
 */
record ProfileReader(ProfileSchema schema, String name, Map<String, String> environment, Config flags, Config ambient) {
    /** Reads a parsed, unresolved file. */
    Profile read(Optional<Path> source, HoconFile parsed) throws KubetunException {
        Config file = parsed.config();
        try {
            checkKeys(file.root(), "", Set.of(ProfileSchema.ROOT, ProfileSchema.VARIABLES));
            Config said = resolve(flags.withFallback(file), ambient);
            List<String> on = ModeOrder.sort(modesOf(said), parsed.text());
            Config all = resolve(flags.withFallback(ambient).withFallback(file), ConfigFactory.empty());
            return check(source, all, on);
        } catch (ConfigException unreadable) {
            throw errors().unreadable(unreadable);
        }
    }

    private ProfileErrors errors() {
        return new ProfileErrors(name);
    }

    private Config resolve(Config config, Config fallback) {
        return config.resolve(
                ConfigResolveOptions.noSystem().appendResolver(new VariableResolver(environment, fallback)));
    }

    private List<String> modesOf(Config said) throws KubetunException {
        ConfigObject root = block(said.root(), "", ProfileSchema.ROOT);
        checkKeys(root, ProfileSchema.ROOT + ".", Set.of(ProfileSchema.CLUSTER, ProfileSchema.MODES));
        ConfigObject modes = block(root, ProfileSchema.ROOT + ".", ProfileSchema.MODES);
        List<String> on = new ArrayList<>();
        for (Map.Entry<String, ConfigValue> mode : modes.entrySet()) {
            if (mode.getValue().valueType() != ConfigValueType.NULL) {
                on.add(mode.getKey());
            }
        }
        if (on.isEmpty()) {
            throw errors().invalid(
                            "it turns no mode on",
                            "Name one in kubetun.modes: " + String.join(", ", schema.modeNames()));
        }
        return on;
    }

    private Profile check(Optional<Path> source, Config all, List<String> on) throws KubetunException {
        String prefix = ProfileSchema.ROOT + ".";
        ConfigObject root = block(all.root(), "", ProfileSchema.ROOT);
        Config cluster =
                options(block(root, prefix, ProfileSchema.CLUSTER), prefix + ProfileSchema.CLUSTER, schema.cluster());
        ConfigObject modeBlocks = block(root, prefix, ProfileSchema.MODES);
        Map<String, Config> modes = new LinkedHashMap<>();
        String modePrefix = prefix + ProfileSchema.MODES + ".";
        Config origin = cluster.atPath(prefix + ProfileSchema.CLUSTER);
        for (String mode : on) {
            Optional<ModeDescriptor> descriptor = schema.mode(mode);
            if (descriptor.isEmpty()) {
                throw errors().unknownMode(Origins.describe(modeBlocks.get(mode).origin()), mode, schema.modeNames());
            }
            Config options = options(
                    block(modeBlocks, modePrefix, mode),
                    modePrefix + mode,
                    descriptor.get().options());
            modes.put(mode, options);
            origin = options.atPath(modePrefix + mode).withFallback(origin);
        }
        return new Profile(name, source, cluster, modes, origin);
    }

    private Config options(ConfigObject block, String path, List<Option> options) throws KubetunException {
        checkKeys(block, path + ".", options.stream().map(Option::key).toList());
        Config checked = ConfigFactory.empty();
        for (Option option : options) {
            ConfigValue written = block.get(option.key());
            Optional<ConfigValue> value = written == null || written.valueType() == ConfigValueType.NULL
                    ? ProfileSchema.defaultOf(option)
                    : Optional.of(typed(option, written, path));
            if (value.isPresent()) {
                checked = checked.withValue(option.key(), value.get());
            }
        }
        return checked;
    }

    private ConfigValue typed(Option option, ConfigValue written, String path) throws KubetunException {
        Optional<ConfigValue> value = OptionReader.read(option, written);
        return value.orElseThrow(() -> errors().wrongType(
                        Origins.describe(written.origin()),
                        path + "." + option.key(),
                        OptionReader.expected(option.type()),
                        Secrets.shown(option.key(), written)));
    }

    private void checkKeys(ConfigObject block, String prefix, Collection<String> known) throws KubetunException {
        for (Map.Entry<String, ConfigValue> entry : block.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw errors().unknownKey(
                                Origins.describe(entry.getValue().origin()),
                                prefix + entry.getKey(),
                                entry.getKey(),
                                known);
            }
        }
    }

    /** The block below a key, empty if it is not there. */
    private ConfigObject block(ConfigObject parent, String prefix, String key) throws KubetunException {
        ConfigValue value = parent.get(key);
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            return ConfigFactory.empty().root();
        }
        if (value instanceof ConfigObject block) {
            return block;
        }
        throw errors().wrongType(
                        Origins.describe(value.origin()),
                        prefix + key,
                        "a block " + key + " { … }",
                        Secrets.shown(key, value));
    }
}
