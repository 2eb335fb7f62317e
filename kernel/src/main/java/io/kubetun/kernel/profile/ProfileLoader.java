package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Finds and reads profiles. A value is taken from the first that says it: command line, system property
 * ({@code kubetun.modes.socks.listen}), environment ({@code KUBETUN_MODES_SOCKS_LISTEN}), profile, default. Properties and
 * environment change modes that are on and turn none on; their names that are no key of the schema are refused where
 * they look like one.
 *
 * <p>Safe for use by several threads; blocks while files are read. Each file is a {@link Profile} or a
 * {@link KubetunException}, within the bounds of {@code docs/profiles.md}.
 */
public final class ProfileLoader {
    private final ProfileSchema schema;
    private final ProfileFiles files;
    private final Map<String, String> environment;
    private final Properties systemProperties;

    /**
     * Makes a loader.
     *
     * @param schema what a profile may say
     * @param searchPath folders, the first goes before the others
     * @param environment the environment
     * @param systemProperties the system properties, copied
     */
    public ProfileLoader(
            ProfileSchema schema, List<Path> searchPath, Map<String, String> environment, Properties systemProperties) {
        this.schema = schema;
        this.files = new ProfileFiles(searchPath);
        this.environment = Map.copyOf(environment);
        this.systemProperties = new Properties();
        systemProperties
                .stringPropertyNames()
                .forEach(name -> this.systemProperties.setProperty(name, systemProperties.getProperty(name)));
    }

    /**
     * Reads a profile.
     *
     * @param name its name, or the path of its file: a name with a separator or that ends with {@code .conf}
     * @param flags what the command line says
     * @return the profile
     * @throws KubetunException if there is none of that name, or it cannot be used: with file, line and reason
     */
    public Profile load(String name, Overrides flags) throws KubetunException {
        Path file = files.find(name);
        return read(ProfileFiles.nameOf(file), file, flags);
    }

    /**
     * Makes the profile of a session without a file: the command line says which modes are on.
     *
     * @param name what to call it
     * @param flags what the command line says
     * @return the profile
     * @throws KubetunException if a value cannot be used
     */
    public Profile adHoc(String name, Overrides flags) throws KubetunException {
        return reader(name, flags).read(Optional.empty(), HoconFile.NONE);
    }

    /**
     * Lists the profiles of the search path by folder and name; of two with one name, the one that {@link #load} takes.
     * A {@code .conf} file that is readable and not about kubetun is passed over.
     *
     * @return each profile found, with its modes or its error
     */
    public List<ProfileSummary> list() {
        return files.all().stream().map(this::summary).toList();
    }

    private ProfileSummary summary(Path file) {
        String name = ProfileFiles.nameOf(file);
        try {
            Profile profile = read(name, file, Overrides.none());
            return new ProfileSummary(name, file, List.copyOf(profile.modes().keySet()), Optional.empty());
        } catch (KubetunException error) {
            return new ProfileSummary(name, file, List.of(), Optional.of(error.getMessage()));
        }
    }

    private Profile read(String name, Path file, Overrides flags) throws KubetunException {
        if (!Files.isReadable(file)) {
            throw unreadable(name, file, Files.exists(file) ? "you may not read it" : "there is no such file", null);
        }
        try {
            return reader(name, flags).read(Optional.of(file), HoconFile.parse(file));
        } catch (IOException failed) {
            throw unreadable(name, file, String.valueOf(failed.getMessage()), failed);
        } catch (ConfigException malformed) {
            throw new ProfileErrors(name).unreadable(malformed);
        } catch (StackOverflowError _) {
            // The parser descends into what is nested; in 32 KB one can nest deeper than the stack is.
            throw new ProfileErrors(name).invalid(file + " is nested too deeply", "Flatten it");
        }
    }

    private ProfileReader reader(String name, Overrides flags) throws KubetunException {
        OverlayReader overlays = new OverlayReader(schema, new ProfileErrors(name));
        Config ambient = overlays.properties(systemProperties).withFallback(overlays.environment(environment));
        return new ProfileReader(schema, name, environment, overlays.flags(flags), ambient);
    }

    private static KubetunException unreadable(String name, Path file, String why, Throwable cause) {
        return new KubetunException(
                ErrorCode.CONFIG_NOT_FOUND,
                "cannot read profile " + name + " from " + file,
                why,
                "See kubetun profiles",
                cause);
    }
}
