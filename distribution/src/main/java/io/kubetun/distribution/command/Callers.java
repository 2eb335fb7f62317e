package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What this process passes on to the background kernel, which has another environment and another working folder. */
final class Callers {
    /** Lists of paths that may be relative to the working folder. */
    private static final List<String> PATHS = List.of("KUBECONFIG");

    private Callers() {}

    static SessionRequest request(Profile profile, Installation installation) {
        Map<String, String> variables = new LinkedHashMap<>(installation.environment());
        for (String name : PATHS) {
            variables.computeIfPresent(name, (key, paths) -> absolute(paths));
        }
        return new SessionRequest(profile, variables, installation.helper(), List.of());
    }

    private static String absolute(String paths) {
        return Arrays.stream(paths.split(File.pathSeparator, -1))
                .map(path ->
                        path.isBlank() ? path : Path.of(path).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
