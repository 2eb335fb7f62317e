package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Collection;

/**
 * The errors of one profile's reading.
 *
 * @param profile the profile's name
 */
record ProfileErrors(String profile) {
    /** Of a foreign message, so much is shown, in characters; the rest is cut off. */
    private static final int MAX_MESSAGE = 500;

    KubetunException unknownKey(String where, String path, String key, Collection<String> known) {
        String next = NearestName.of(key, known)
                .map(nearest -> "Did you mean " + nearest + "?")
                .orElseGet(() -> known.isEmpty() ? "It has no keys." : "Known are " + String.join(", ", known) + ".");
        return invalid(where + " has the unknown key " + shortened(path), next + " See kubetun schema");
    }

    KubetunException unknownMode(String where, String mode, Collection<String> known) {
        String next = NearestName.of(mode, known)
                .map(nearest -> "Did you mean " + nearest + "?")
                .orElse("See kubetun plugins");
        return new KubetunException(
                ErrorCode.PLUGIN_UNKNOWN,
                what(),
                where + " names the mode " + shortened(mode) + ", which no plugin has",
                next);
    }

    KubetunException wrongType(String where, String path, String expected, String found) {
        return invalid(where + " gives " + path + " " + found, "Expected is " + expected + ". See kubetun schema");
    }

    KubetunException invalid(String why, String next) {
        return new KubetunException(ErrorCode.CONFIG_INVALID, what(), why, next);
    }

    /** The library's words, with the place in front in our form. */
    KubetunException unreadable(ConfigException exception) {
        String message = String.valueOf(exception.getMessage());
        if (exception.origin() != null) {
            String prefix = exception.origin().description() + ": ";
            message = Origins.describe(exception.origin()) + ": "
                    + (message.startsWith(prefix) ? message.substring(prefix.length()) : message);
        }
        return new KubetunException(
                ErrorCode.CONFIG_INVALID,
                what(),
                shortened(message),
                "Correct the file; a value with : or other signs wants quotes",
                exception);
    }

    private String what() {
        return "cannot use profile " + profile;
    }

    private static String shortened(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE) + "…";
    }
}
