package io.kubetun.host.helper;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;

/** Documents of the helper's protocol. Read as strict JSON: HOCON would include files and the environment. */
final class Json {
    private static final int MAX_DEPTH = 4;

    private Json() {}

    static String write(Map<String, ?> fields) {
        return ConfigValueFactory.fromMap(fields).render(ConfigRenderOptions.concise());
    }

    /** Reads an object; throws {@link IllegalArgumentException} if it is none. */
    static Config read(String document) {
        requireShallow(document);
        try {
            return ConfigFactory.parseString(
                    document, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    /** The parser recurses; a document of brackets only must not end the process. */
    private static void requireShallow(String document) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < document.length(); i++) {
            switch (document.charAt(i)) {
                case '\\' -> i += quoted ? 1 : 0;
                case '"' -> quoted = !quoted;
                case '{', '[' -> depth += quoted ? 0 : 1;
                case '}', ']' -> depth -= quoted ? 0 : 1;
                default -> {
                    // part of a value
                }
            }
            if (depth > MAX_DEPTH) {
                throw new IllegalArgumentException("nested too deeply");
            }
        }
    }
}
