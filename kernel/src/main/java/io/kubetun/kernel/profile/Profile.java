package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Stand-in until profiles are merged.
 *
 * @param name its name
 * @param source the file
 * @param cluster the cluster block
 * @param modes the modes in the file's order
 * @param origin all of it
 */
public record Profile(String name, Optional<Path> source, Config cluster, Map<String, Config> modes, Config origin) {}
