package io.kubetun.distribution;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where this kubetun is installed and where its user keeps things, by the XDG base directories.
 *
 * @param home the installation: {@code lib}, {@code plugins}, {@code profiles} are in it
 * @param environment the environment variables
 * @see <a href="https://specifications.freedesktop.org/basedir-spec/latest/">XDG Base Directory Specification</a>
 */
public record Installation(Path home, Map<String, String> environment) {
    private static final String LAUNCHER_VARIABLES = System.getProperty("kubetun.launcher-variables", "");

    /** Takes a copy. */
    public Installation {
        environment = Map.copyOf(environment);
    }

    /**
     * The installation that the launcher named, in the environment of this process.
     *
     * @return the installation
     */
    public static Installation fromEnvironment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        // What the launcher set for this JVM alone is nobody else's.
        environment.keySet().removeAll(Set.of(LAUNCHER_VARIABLES.split(",", -1)));
        return new Installation(Path.of(System.getProperty("kubetun.home", ".")), environment);
    }

    /**
     * Returns the folders that third-party plugins are dropped into.
     *
     * @return the installation's, then the user's
     */
    public List<Path> pluginFolders() {
        return List.of(
                home.resolve("plugins"), xdg("XDG_DATA_HOME", ".local/share").resolve("plugins"));
    }

    /**
     * Returns the folders that profiles are looked for in.
     *
     * @return the working folder, the user's, then the installation's
     */
    public List<Path> profileFolders() {
        return List.of(Path.of(""), xdg("XDG_CONFIG_HOME", ".config").resolve("profiles"), home.resolve("profiles"));
    }

    /**
     * Returns the socket of the privileged helper, if the launcher started one.
     *
     * @return its path
     */
    public Optional<Path> helper() {
        return Optional.ofNullable(environment.get("KUBETUN_HELPER")).map(Path::of);
    }

    private Path xdg(String variable, String below) {
        String set = environment.getOrDefault(variable, "");
        Path base = set.isEmpty() ? Path.of(System.getProperty("user.home"), below) : Path.of(set);
        return base.resolve("kubetun");
    }
}
