package io.kubetun.kernel.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The wire format: one JSON object a line, in UTF-8, each with the version of the protocol. A connection carries one
 * request; the answer is lines without {@code ok}, as things happen, and a last one with it.
 */
final class ControlMessage {
    /** Changes when an old client could not understand a new kernel. */
    static final int VERSION = 2;

    private ControlMessage() {}

    /** A line, with its line break. */
    static String encode(Map<String, Object> fields) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("version", VERSION);
        message.putAll(fields);
        return ConfigValueFactory.fromMap(message).render(ConfigRenderOptions.concise()) + "\n";
    }

    static Config decode(String line) throws IOException {
        try {
            return ConfigFactory.parseString(line, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        } catch (ConfigException e) {
            throw new IOException("not a JSON object", e);
        }
    }

    static Map<String, Object> failure(KubetunException error) {
        return Map.of(
                "ok",
                false,
                "code",
                error.code().name(),
                "what",
                error.what(),
                "why",
                error.why(),
                "next",
                error.next());
    }

    /** What a last line without success says. */
    static KubetunException failure(Config line) {
        ErrorCode code;
        try {
            code = line.getEnum(ErrorCode.class, "code");
        } catch (ConfigException ofAnotherVersion) {
            code = ErrorCode.INTERNAL;
        }
        return new KubetunException(code, line.getString("what"), line.getString("why"), line.getString("next"));
    }
}
