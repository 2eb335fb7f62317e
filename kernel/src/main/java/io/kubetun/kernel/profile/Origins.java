package io.kubetun.kernel.profile;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigOriginFactory;

/** Says where a value was written, in the words of {@link ConfigView}. */
final class Origins {
    /** Of a value that nobody wrote. */
    static final ConfigOrigin DEFAULT = ConfigOriginFactory.newSimple("default");

    private Origins() {}

    /** {@code file:line}, or {@code flag …}, {@code -D…}, a variable's name. */
    static String describe(ConfigOrigin origin) {
        String description = origin.description();
        int line = origin.lineNumber();
        String suffix = ": " + line;
        return line > 0 && description.endsWith(suffix)
                ? description.substring(0, description.length() - suffix.length()) + ":" + line
                : description;
    }
}
