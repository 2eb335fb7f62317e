package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Parses a profile's file and what it includes, within bounds: HOCON's substitutions can double a text with each line.
 *
 * @param config what they say, not resolved
 * @param text the text of all of them, the including one before the included
 */
record HoconFile(Config config, String text) {
    /** No file, for an ad-hoc session. */
    static final HoconFile NONE = new HoconFile(ConfigFactory.empty(), "");

    /**
     * Parses; nothing is resolved yet.
     *
     * @param file an existing file
     * @throws IOException if it cannot be read
     * @throws ConfigException if it is no HOCON, or beyond a limit
     */
    static HoconFile parse(Path file) throws IOException {
        ReadingBudget budget = new ReadingBudget();
        Config config = parse(read(file), file, budget);
        return new HoconFile(config, budget.text());
    }

    /** Parses a text as if it were in a file. */
    static Config parse(String text, Path file, ReadingBudget budget) {
        budget.take(text, file);
        ConfigSyntax syntax = file.toString().endsWith(".json") ? ConfigSyntax.JSON : ConfigSyntax.CONF;
        return ConfigFactory.parseString(
                text,
                ConfigParseOptions.defaults()
                        .setSyntax(syntax)
                        .setOriginDescription(file.toString())
                        .setIncluder(new FileIncluder(file, budget)));
    }

    static String read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("it is no regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            // One byte more than allowed, so that the budget sees the excess.
            String text = new String(in.readNBytes(ReadingBudget.MAX_TEXT + 1), StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        }
    }
}
