package io.kubetun.distribution.command;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.kubetun.distribution.Installation;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.session.SessionRequest;
import io.kubetun.spi.KubetunException;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What this process passes on to the background kernel, which has another environment and another working folder. */
final class Callers {
    /** Paths that may be relative to the working folder. */
    private static final String KUBECONFIG_VARIABLE = "KUBECONFIG";

    private static final String KUBECONFIG_KEY = "kubeconfig";

    private Callers() {}

    /** For a kernel that cannot read what only this process has open, such as a kubeconfig from a pipe. */
    static SessionRequest remote(Profile profile, Installation installation, Path folder) throws KubetunException {
        SessionRequest request = request(profile, installation);
        TransientFiles copies = new TransientFiles(folder);
        Config cluster = profile.cluster();
        if (cluster.hasPath(KUBECONFIG_KEY)) {
            String readable = copies.readable(cluster.getString(KUBECONFIG_KEY));
            cluster = cluster.withValue(KUBECONFIG_KEY, ConfigValueFactory.fromAnyRef(readable));
        }
        Map<String, String> variables = new LinkedHashMap<>(request.variables());
        if (variables.containsKey(KUBECONFIG_VARIABLE)) {
            List<String> readable = new ArrayList<>();
            for (String path : variables.get(KUBECONFIG_VARIABLE).split(File.pathSeparator, -1)) {
                readable.add(copies.readable(path));
            }
            variables.put(KUBECONFIG_VARIABLE, String.join(File.pathSeparator, readable));
        }
        return new SessionRequest(profile.in(cluster), variables, request.helper(), copies.made());
    }

    static SessionRequest request(Profile profile, Installation installation) {
        Map<String, String> variables = new LinkedHashMap<>(installation.environment());
        variables.computeIfPresent(KUBECONFIG_VARIABLE, (name, paths) -> absolute(paths));
        return new SessionRequest(profile, variables, installation.helper(), List.of());
    }

    private static String absolute(String paths) {
        return Arrays.stream(paths.split(File.pathSeparator, -1))
                .map(path ->
                        path.isBlank() ? path : Path.of(path).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
