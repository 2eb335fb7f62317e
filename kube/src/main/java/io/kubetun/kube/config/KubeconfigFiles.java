package io.kubetun.kube.config;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which kubeconfig files count, as kubectl chooses them. */
final class KubeconfigFiles {
    private KubeconfigFiles() {}

    /**
     * Finds them.
     *
     * @param flag the file that a flag or profile names
     * @param environment the environment
     * @return existing files; empty if none was named and there is no {@code ~/.kube/config} either
     * @throws KubetunException with KUBECONFIG_MISSING if files were named and none exists
     */
    static List<Path> find(Optional<Path> flag, Map<String, String> environment) throws KubetunException {
        if (flag.isPresent()) {
            Path file = flag.get();
            if (!Files.exists(file)) {
                throw missing("there is no file " + file, "Name an existing file: --kubeconfig FILE");
            }
            return List.of(file);
        }
        String named = environment.getOrDefault("KUBECONFIG", "");
        if (!named.isBlank()) {
            List<Path> files = Arrays.stream(named.split(File.pathSeparator))
                    .filter(part -> !part.isBlank())
                    .map(Path::of)
                    .toList();
            List<Path> existing =
                    files.stream().filter(Files::exists).distinct().toList();
            if (existing.isEmpty()) {
                String list = files.stream().map(Path::toString).collect(Collectors.joining(", "));
                throw missing(
                        "KUBECONFIG names " + list + ", which does not exist",
                        "Set KUBECONFIG to an existing file, or say --kubeconfig FILE");
            }
            return existing;
        }
        Path usual = usual(environment);
        return Files.exists(usual) ? List.of(usual) : List.of();
    }

    /**
     * Returns where the file is if nobody says otherwise.
     *
     * @param environment the environment
     * @return {@code ~/.kube/config}
     */
    static Path usual(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        return Path.of(home, ".kube", "config");
    }

    static KubetunException missing(String why, String next) {
        return new KubetunException(ErrorCode.KUBECONFIG_MISSING, "cannot find out which cluster to join", why, next);
    }
}
