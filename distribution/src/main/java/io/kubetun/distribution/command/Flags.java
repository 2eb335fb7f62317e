package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.Overrides;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Turns options into flags of a command, and parsed flags into overrides of a profile. */
final class Flags {
    private final Map<String, OptionSpec> byPath = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();

    static void common(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        spec.addOption(OptionSpec.builder("--verbose")
                .description("Log what happens, and show the cause of an error.")
                .build());
    }

    /** Adds one flag an option below {@code path}; spellings that an earlier option took are left out. */
    void add(CommandSpec spec, String path, List<Option> options) {
        for (Option option : options) {
            List<String> free = option.flags().stream().filter(taken::add).toList();
            if (free.isEmpty()) {
                continue;
            }
            OptionSpec.Builder flag = OptionSpec.builder(free.toArray(String[]::new))
                    .description(escape(option.help())
                            + option.defaultValue()
                                    .map(value -> " Default: " + escape(value))
                                    .orElse(""));
            switch (option.type()) {
                case FLAG -> flag.type(Boolean.class).arity("0..1").fallbackValue("true");
                case LIST ->
                    flag.type(List.class)
                            .auxiliaryTypes(String.class)
                            .arity("1")
                            .splitRegex(",");
                case TEXT, NUMBER, DURATION, ADDRESS, FILE ->
                    flag.type(String.class).arity("1");
            }
            flag.paramLabel(label(option.type()));
            OptionSpec built = flag.build();
            byPath.put(path + "." + option.key(), built);
            spec.addOption(built);
        }
    }

    /** What was said on the command line, by path. */
    Overrides overrides(ParseResult parsed, Map<String, Object> more) {
        Map<String, Object> values = new LinkedHashMap<>(more);
        byPath.forEach((path, option) -> {
            if (parsed.hasMatchedOption(option)) {
                Object value = option.getValue();
                values.put(path, value instanceof List<?> list ? new ArrayList<>(list) : value);
            }
        });
        return new Overrides(values);
    }

    private static String label(ModeDescriptor.Type type) {
        return switch (type) {
            case TEXT -> "TEXT";
            case NUMBER -> "N";
            case FLAG -> "true|false";
            case DURATION -> "TIME";
            case ADDRESS -> "HOST:PORT";
            case FILE -> "FILE";
            case LIST -> "A,B";
        };
    }

    private static String escape(String text) {
        return text.replace("%", "%%").replace("@|", "@ |");
    }
}
