package io.kubetun.kernel;

import io.kubetun.kernel.flow.NettyTransport;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a kernel is told about the machine it runs on.
 *
 * @param stateHome the user's folder for journals and for what should be the same next time
 * @param runtimeFolder the user's folder for control sockets, gone after a reboot
 * @param eventLoops how many threads move bytes, 1 or more
 * @param maxFlows accepted connections of one session at the same time; the next one is reset and counted
 * @see <a href="https://specifications.freedesktop.org/basedir-spec/latest/">XDG Base Directory Specification</a>
 */
public record KernelSettings(Path stateHome, Path runtimeFolder, int eventLoops, int maxFlows) {
    /** Connections of one session at the same time, unless said otherwise. */
    public static final int DEFAULT_MAX_FLOWS = 8192;

    /** Checks. */
    public KernelSettings {
        if (eventLoops < 1 || maxFlows < 1) {
            throw new IllegalArgumentException("at least one event loop and one flow");
        }
    }

    /**
     * The settings for the user of this process.
     *
     * @return the settings
     */
    public static KernelSettings ofUser() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")), System.getProperty("user.name"));
    }

    /**
     * The settings of an environment: {@code XDG_STATE_HOME} and {@code XDG_RUNTIME_DIR}, with their usual stand-ins.
     *
     * @param environment the environment variables
     * @param home the user's home folder
     * @param user the user's name
     * @return the settings
     */
    public static KernelSettings of(Map<String, String> environment, Path home, String user) {
        Path state =
                folder(environment, "XDG_STATE_HOME", home.resolve(".local").resolve("state"));
        Path runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "").isEmpty()
                ? Path.of(System.getProperty("java.io.tmpdir"), "kubetun-" + user)
                : Path.of(environment.get("XDG_RUNTIME_DIR"), "kubetun");
        return new KernelSettings(
                state.resolve("kubetun"), runtime, NettyTransport.defaultEventLoops(), DEFAULT_MAX_FLOWS);
    }

    private static Path folder(Map<String, String> environment, String variable, Path standIn) {
        String value = environment.getOrDefault(variable, "");
        // The specification: a relative path is invalid and ignored.
        return value.isEmpty() || !Path.of(value).isAbsolute() ? standIn : Path.of(value);
    }
}
