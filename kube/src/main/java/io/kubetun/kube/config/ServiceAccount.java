package io.kubetun.kube.config;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The service account that a pod has mounted.
 *
 * @param server the API server
 * @param folder what is mounted
 * @see <a href="https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/">Kubernetes: access the API from a
 *     pod</a>
 */
record ServiceAccount(URI server, Path folder) {
    /** Where Kubernetes mounts it. */
    static final Path MOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    /**
     * Looks for it.
     *
     * @param environment the environment
     * @param folder where it would be mounted
     * @return the account, empty if this is no pod or it has none
     */
    static Optional<ServiceAccount> find(Map<String, String> environment, Path folder) {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
        if (host.isBlank() || port.isBlank() || !Files.isReadable(folder.resolve("token"))) {
            return Optional.empty();
        }
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return Optional.of(new ServiceAccount(URI.create("https://" + literal + ":" + port), folder));
    }

    Path token() {
        return folder.resolve("token");
    }

    Path authority() {
        return folder.resolve("ca.crt");
    }

    String namespace() {
        try {
            String text = Files.readString(folder.resolve("namespace")).strip();
            return text.isEmpty() ? "default" : text;
        } catch (IOException e) {
            return "default";
        }
    }
}
