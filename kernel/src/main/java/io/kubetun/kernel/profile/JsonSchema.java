package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the JSON schema of a profile. */
record JsonSchema(List<Option> cluster, List<ModeDescriptor> modes) {
    private static final Map<String, Object> SCALAR = Map.of("type", List.of("string", "number", "boolean"));

    String render() {
        Map<String, Object> modeBlocks = new LinkedHashMap<>();
        modes.forEach(mode ->
                modeBlocks.put(mode.name(), described(mode.summary(), optional(block(properties(mode.options()))))));
        Map<String, Object> kubetun = block(Map.of(
                ProfileSchema.CLUSTER, described("The cluster to join.", block(properties(cluster))),
                ProfileSchema.MODES, described("The modes that are on.", block(modeBlocks))));
        Map<String, Object> document = block(Map.of(
                ProfileSchema.ROOT,
                kubetun,
                ProfileSchema.VARIABLES,
                described("Values to refer to by ${vars.…}.", Map.of("type", "object"))));
        document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        document.put("title", "kubetun profile");
        document.put("required", List.of(ProfileSchema.ROOT));
        return ConfigValueFactory.fromAnyRef(document)
                .render(ConfigRenderOptions.concise().setFormatted(true));
    }

    private static Map<String, Object> properties(List<Option> options) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Option option : options) {
            Map<String, Object> property = described(option.help(), type(option));
            ProfileSchema.defaultOf(option).ifPresent(value -> property.put("default", value.unwrapped()));
            properties.put(option.key(), property);
        }
        return properties;
    }

    private static Map<String, Object> type(Option option) {
        return switch (option.type()) {
            case TEXT -> SCALAR;
            case FILE -> Map.of("type", "string", "minLength", 1);
            case NUMBER -> anyOf(Map.of("type", "integer"), pattern(OptionPatterns.NUMBER));
            case FLAG ->
                anyOf(Map.of("type", "boolean"), Map.of("enum", List.of("true", "false", "yes", "no", "on", "off")));
            case DURATION -> pattern(OptionPatterns.DURATION);
            case ADDRESS -> pattern(OptionPatterns.ADDRESS);
            case LIST -> anyOf(Map.of("type", "array", "items", SCALAR), Map.of("type", "string"));
        };
    }

    private static Map<String, Object> pattern(String regex) {
        return Map.of("type", "string", "pattern", regex);
    }

    private static Map<String, Object> anyOf(Map<String, Object> one, Map<String, Object> other) {
        return Map.of("anyOf", List.of(one, other));
    }

    private static Map<String, Object> optional(Map<String, Object> schema) {
        Map<String, Object> copy = new LinkedHashMap<>(schema);
        copy.put("type", List.of("object", "null"));
        return copy;
    }

    private static Map<String, Object> block(Map<String, Object> properties) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.put("properties", properties);
        return schema;
    }

    private static Map<String, Object> described(String description, Map<String, Object> schema) {
        Map<String, Object> copy = new LinkedHashMap<>(schema);
        copy.put("description", description);
        return copy;
    }
}
