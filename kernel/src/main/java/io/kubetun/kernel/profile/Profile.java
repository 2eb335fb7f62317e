package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a session shall be: all values found, checked by type, defaults filled in. A key without value and default is
 * absent. Immutable.
 *
 * @param name its name; that of the command for an ad-hoc session
 * @param source its file; empty for an ad-hoc session
 * @param cluster the options of the cluster
 * @param modes the options of each mode that is on, in the order of the file, then of the command line; never empty
 * @param origin the same values as one tree below {@code kubetun}, each with the origin that {@link ConfigView} shows
 */
public record Profile(String name, Optional<Path> source, Config cluster, Map<String, Config> modes, Config origin) {
    /** Takes a copy and keeps the order. */
    public Profile {
        modes = Collections.unmodifiableMap(new LinkedHashMap<>(modes));
    }

    /**
     * The same in another cluster.
     *
     * @param other the options of the cluster
     * @return a new profile
     */
    public Profile in(Config other) {
        return new Profile(name, source, other, modes, origin);
    }

    /**
     * The same under another name.
     *
     * @param other the name
     * @return a new profile
     */
    public Profile named(String other) {
        return new Profile(other, source, cluster, modes, origin);
    }
}
