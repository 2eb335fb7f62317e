package io.kubetun.kernel.profile;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A profile that was found.
 *
 * @param name its name
 * @param path its file
 * @param modes the modes that it turns on; empty if it cannot be used
 * @param error why it cannot be used, in one sentence
 */
public record ProfileSummary(String name, Path path, List<String> modes, Optional<String> error) {
    /** Takes a copy. */
    public ProfileSummary {
        modes = List.copyOf(modes);
    }
}
