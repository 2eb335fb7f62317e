package io.kubetun.kube.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the user proves who they are.
 *
 * @param method what goes into the {@code Authorization} header
 * @param certificate the client's certificate chain
 * @param key its key
 * @param impersonation whom to be
 */
public record Login(
        Method method, Optional<PemSource> certificate, Optional<PemSource> key, Impersonation impersonation) {

    /** What goes into the {@code Authorization} header. */
    public sealed interface Method {}

    /** Nothing: the certificate is enough, or the user is anonymous. */
    public record None() implements Method {}

    /**
     * A bearer token.
     *
     * @param value the token
     */
    public record Token(String value) implements Method {
        @Override
        public String toString() {
            return "a token";
        }
    }

    /**
     * A bearer token in a file that someone else renews.
     *
     * @param path the file
     */
    public record TokenFile(Path path) implements Method {}

    /**
     * User name and password.
     *
     * @param user the name
     * @param password the password
     */
    public record Basic(String user, String password) implements Method {
        @Override
        public String toString() {
            return "a password";
        }
    }

    /**
     * A program that prints credentials.
     *
     * @param apiVersion {@code client.authentication.k8s.io/v1} or {@code /v1beta1}
     * @param command the program: a path, or a name on the PATH
     * @param arguments its arguments
     * @param environment its whole environment
     * @param folder what a relative path of the command starts at
     * @param installHint what to tell a user who does not have the program
     * @param clusterInfo what {@code spec.cluster} says as JSON, if the program wants to know
     * @param needsTerminal whether it works only with a terminal
     * @see <a
     *     href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins">Kubernetes:
     *     client-go credential plugins</a>
     */
    public record Exec(
            String apiVersion,
            String command,
            List<String> arguments,
            Map<String, String> environment,
            Path folder,
            Optional<String> installHint,
            Optional<String> clusterInfo,
            boolean needsTerminal)
            implements Method {
        /** Takes copies. */
        public Exec {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }

        @Override
        public String toString() {
            return "the exec plugin " + command;
        }
    }

    /**
     * Whom to be instead.
     *
     * @param user the user
     * @param uid its UID
     * @param groups its groups
     * @param extra more about it
     * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/">Kubernetes: user
     *     impersonation</a>
     */
    public record Impersonation(
            Optional<String> user, Optional<String> uid, List<String> groups, Map<String, List<String>> extra) {
        /** Takes copies. */
        public Impersonation {
            groups = List.copyOf(groups);
            extra = Map.copyOf(extra);
        }
    }
}
