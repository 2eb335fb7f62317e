package io.kubetun.kube.workload;

import io.kubetun.kube.document.Tree;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The kubelet's probes, as the agent is told of them: {@code http:PORT:PATH} for what is seen in the request,
 * {@code tcp:PORT} for what shows nothing but the node's address.
 */
final class Probes {
    private static final List<String> KINDS = List.of("startupProbe", "readinessProbe", "livenessProbe");
    private static final char SEPARATOR = ';';

    private Probes() {}

    /** The probes of all containers of a workload, joined by semicolons; empty if there are none. */
    static String of(Workload workload) {
        Set<String> probes = new LinkedHashSet<>();
        for (Tree container : workload.containers()) {
            for (String kind : KINDS) {
                of(container.at(kind), container).ifPresent(probes::add);
            }
        }
        return String.join(String.valueOf(SEPARATOR), probes);
    }

    private static Optional<String> of(Tree probe, Tree container) {
        Tree http = probe.at("httpGet");
        if (http.present()) {
            // A probe that names a host goes there, and not to the pod.
            return http.at("host").text().isPresent() ? Optional.empty() : http(http, container);
        }
        Tree socket = probe.at("tcpSocket");
        if (socket.present()) {
            return socket.at("host").text().isPresent() ? Optional.empty() : tcp(socket, container);
        }
        return tcp(probe.at("grpc"), container);
    }

    private static Optional<String> http(Tree http, Tree container) {
        String path = http.at("path").text().orElse("/");
        boolean readable = http.at("scheme").text().orElse("HTTP").equals("HTTP") && path.indexOf(SEPARATOR) < 0;
        return readable
                ? port(http, container).map(port -> "http:" + port + ":" + (path.startsWith("/") ? "" : "/") + path)
                : tcp(http, container);
    }

    private static Optional<String> tcp(Tree action, Tree container) {
        return port(action, container).map(port -> "tcp:" + port);
    }

    /** A name is one of the same container. */
    private static Optional<Integer> port(Tree action, Tree container) {
        Tree port = action.at("port");
        return port.number()
                .or(() -> port.text()
                        .flatMap(name -> container
                                .at("ports")
                                .named(name)
                                .flatMap(
                                        declared -> declared.at("containerPort").number())));
    }
}
