package io.kubetun.kube.auth;

import io.kubetun.kube.config.PemSource;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What an exec plugin printed.
 *
 * @param token a bearer token
 * @param certificate a client certificate
 * @param key its key
 * @param expires until when it holds; empty until the server refuses it
 * @see <a
 *     href="https://kubernetes.io/docs/reference/config-api/client-authentication.v1/">client.authentication.k8s.io/v1</a>
 */
record ExecCredential(
        Optional<String> token, Optional<PemSource> certificate, Optional<PemSource> key, Optional<Instant> expires) {

    /**
     * Reads the plugin's output.
     *
     * @param output JSON
     * @param apiVersion the version that the kubeconfig asks for
     * @return the credential
     * @throws IOException if it is none; the message never quotes the output
     */
    static ExecCredential parse(String output, String apiVersion) throws IOException {
        Tree root;
        try {
            root = Json.parse(output);
        } catch (IOException e) {
            // the cause would quote the output, which may hold a secret
            throw new IOException("its output is no JSON");
        }
        if (!"ExecCredential".equals(root.at("kind").text().orElse(""))) {
            throw new IOException("its output is no ExecCredential");
        }
        String version = root.at("apiVersion").text().orElse("");
        if (!version.equals(apiVersion)) {
            throw new IOException("it answered with apiVersion " + version + ", the kubeconfig asks for " + apiVersion);
        }
        Tree status = root.at("status");
        ExecCredential credential = new ExecCredential(
                status.at("token").text(),
                pem(status, "clientCertificateData"),
                pem(status, "clientKeyData"),
                expiry(status));
        if (credential.token.isEmpty() && credential.certificate.isEmpty()) {
            throw new IOException("its output has neither a token nor a certificate");
        }
        return credential;
    }

    boolean holdsAt(Instant now) {
        return expires.isEmpty() || now.isBefore(expires.get());
    }

    private static Optional<PemSource> pem(Tree status, String field) {
        return status.at(field).text().map(pem -> new PemSource.Inline(pem, field + " of the exec plugin"));
    }

    private static Optional<Instant> expiry(Tree status) throws IOException {
        Optional<String> text = status.at("expirationTimestamp").text();
        try {
            return text.map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw new IOException("its expirationTimestamp is no RFC 3339 time", e);
        }
    }

    @Override
    public String toString() {
        return "a credential that expires " + expires.map(Instant::toString).orElse("never");
    }
}
