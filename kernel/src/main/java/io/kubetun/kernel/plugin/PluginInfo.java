package io.kubetun.kernel.plugin;

import java.util.List;
import java.util.Objects;

/**
 * What is known of a plugin, whether it works or not.
 *
 * @param name its name; where it could not be asked, that of its module or file
 * @param version its version, or {@code unknown}
 * @param source {@code built-in}, or the path of its jar or folder
 * @param state whether its modes can be used
 * @param reason why it is disabled; empty for an enabled one
 * @param modes the names of its modes; empty for a disabled one
 */
public record PluginInfo(String name, String version, String source, State state, String reason, List<String> modes) {
    /** The {@link #source} of those that come with kubetun. */
    public static final String BUILT_IN = "built-in";

    /** Takes a copy of the modes. */
    public PluginInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
        modes = List.copyOf(modes);
    }

    static PluginInfo disabled(String name, String version, String source, String reason) {
        return new PluginInfo(name, version, source, State.DISABLED, reason, List.of());
    }

    /** Whether a plugin's modes can be used. */
    public enum State {
        /** They can. */
        ENABLED,
        /** They cannot, until kubetun starts anew. */
        DISABLED
    }
}
