package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Brings a value into the one form that a mode gets: whole numbers as numbers, flags as booleans, lists as lists of
 * texts. Whatever was written, the text {@code "8080"} and the number 8080 are the same: the environment knows texts only.
 */
final class OptionReader {
    private static final int MAX_PORT = 65535;

    private OptionReader() {}

    /** The value in its form, with its origin kept; empty if it is not of the option's type. */
    static Optional<ConfigValue> read(Option option, ConfigValue written) {
        return form(option.type(), written)
                .map(value -> ConfigValueFactory.fromAnyRef(value).withOrigin(written.origin()));
    }

    /** What {@link #read} wants, as the end of "expected …". */
    static String expected(ModeDescriptor.Type type) {
        return switch (type) {
            case TEXT -> "a text";
            case NUMBER -> "a whole number";
            case FLAG -> "true or false";
            case DURATION -> "a span of time with its unit, such as 500ms or 10s";
            case ADDRESS -> "an address host:port in quotes, such as \"127.0.0.1:1080\"";
            case FILE -> "the path of a file";
            case LIST -> "a list of texts, such as [a, b] or \"a,b\"";
        };
    }

    private static Optional<Object> form(ModeDescriptor.Type type, ConfigValue written) {
        if (type == ModeDescriptor.Type.LIST) {
            return list(written).map(texts -> texts);
        }
        return text(written).flatMap(text -> scalar(type, text));
    }

    private static Optional<Object> scalar(ModeDescriptor.Type type, String text) {
        return switch (type) {
            case TEXT -> Optional.of(text);
            case NUMBER -> text.matches(OptionPatterns.NUMBER) ? Optional.of(Long.parseLong(text)) : Optional.empty();
            case FLAG -> flag(text);
            case DURATION -> text.matches(OptionPatterns.DURATION) ? Optional.of(text) : Optional.empty();
            case ADDRESS -> isAddress(text) ? Optional.of(text) : Optional.empty();
            case FILE -> text.isBlank() || text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(absolute(text));
            case LIST -> throw new IllegalArgumentException("a list is no scalar");
        };
    }

    /** The session may live in a process with another working folder. */
    private static String absolute(String file) {
        return Path.of(file).toAbsolutePath().toString();
    }

    private static Optional<Object> flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> Optional.of(true);
            case "false", "no", "off", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static boolean isAddress(String text) {
        return text.matches(OptionPatterns.ADDRESS)
                && Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)) <= MAX_PORT;
    }

    private static Optional<List<String>> list(ConfigValue written) {
        if (written.valueType() != ConfigValueType.LIST) {
            return text(written).map(OptionReader::split);
        }
        List<String> texts = new ArrayList<>();
        for (ConfigValue element : (ConfigList) written) {
            Optional<String> text = text(element);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            texts.add(text.get());
        }
        return Optional.of(texts);
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** A scalar as it was written: 1.10 stays 1.10. */
    private static Optional<String> text(ConfigValue written) {
        return switch (written.valueType()) {
            case STRING, NUMBER, BOOLEAN -> Optional.of(written.atKey("x").getString("x"));
            case NULL, OBJECT, LIST -> Optional.empty();
        };
    }
}
