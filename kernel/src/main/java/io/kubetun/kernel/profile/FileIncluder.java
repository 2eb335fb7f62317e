package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Includes files, relative to the file that includes them, and refuses all else: a profile opens no connection. As HOCON
 * says, a missing file is empty unless it is {@code required(…)}.
 */
final class FileIncluder implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private static final String EXTENSION = ".conf";

    private final Path from;
    private final ReadingBudget budget;

    FileIncluder(Path from, ReadingBudget budget) {
        this.from = from;
        this.budget = budget;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        if (what.contains("://") || what.startsWith("classpath:")) {
            throw refused(what);
        }
        return includePath(context, what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        return includePath(context, what.getPath());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
        throw refused(what.toString());
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
        throw refused("classpath(" + what + ")");
    }

    private ConfigObject includePath(ConfigIncludeContext context, String what) {
        try {
            Path file = from.resolveSibling(what);
            if (Files.notExists(file) && !String.valueOf(file.getFileName()).contains(".")) {
                file = file.resolveSibling(file.getFileName() + EXTENSION);
            }
            if (Files.notExists(file) && context.parseOptions().getAllowMissing()) {
                return ConfigFactory.empty().root();
            }
            Config included = HoconFile.parse(HoconFile.read(file), file, budget);
            return included.root();
        } catch (IOException | InvalidPathException unreadable) {
            throw new ConfigException.Generic(
                    from + ": cannot include \"" + what + "\": " + unreadable.getMessage(), unreadable);
        }
    }

    private ConfigException refused(String what) {
        return new ConfigException.Generic(from + ": only files may be included, not " + what);
    }
}
