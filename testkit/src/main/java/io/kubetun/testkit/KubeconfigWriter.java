package io.kubetun.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.api.Account;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.tls.CertificateAuthority;
import io.kubetun.testkit.tls.Identity;
import io.kubetun.testkit.tls.Pem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Writes kubeconfig files for a cluster. */
final class KubeconfigWriter {
    private final URI server;
    private final Optional<CertificateAuthority> authority;

    KubeconfigWriter(URI server, Optional<CertificateAuthority> authority) {
        this.server = server;
        this.authority = authority;
    }

    static Path tokenFile(Path kubeconfig) {
        return kubeconfig.resolveSibling(kubeconfig.getFileName() + ".exec-credential.json");
    }

    Path write(Path file, Account account, Credentials credentials, String namespace) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("apiVersion: v1\nkind: Config\ncurrent-context: testkit\npreferences: {}\nclusters:\n")
                .append("- name: testkit\n  cluster:\n    server: ")
                .append(server)
                .append('\n');
        try {
            if (authority.isPresent()) {
                text.append("    certificate-authority-data: ")
                        .append(base64(Pem.of(authority.get().certificate())))
                        .append('\n');
            }
            text.append("contexts:\n- name: testkit\n  context:\n    cluster: testkit\n    user: \"")
                    .append(account.name())
                    .append("\"\n    namespace: ")
                    .append(namespace)
                    .append("\nusers:\n- name: \"")
                    .append(account.name())
                    .append("\"\n  user:");
            text.append(user(file, account, credentials));
        } catch (GeneralSecurityException failure) {
            throw new IOException("cannot make a certificate", failure);
        }
        return replace(file, text.toString());
    }

    private String user(Path file, Account account, Credentials credentials)
            throws IOException, GeneralSecurityException {
        return switch (credentials) {
            case NONE -> " {}\n";
            case TOKEN -> "\n    token: " + account.token() + "\n";
            case CLIENT_CERTIFICATE -> {
                Identity identity = authority
                        .orElseThrow(() -> new IOException("a client certificate needs a cluster with TLS"))
                        .client(account.name(), List.of("testkit"));
                yield "\n    client-certificate-data: " + base64(Pem.of(identity.certificate()))
                        + "\n    client-key-data: " + base64(Pem.of(identity.key())) + "\n";
            }
            case EXEC_PLUGIN -> {
                Path tokenFile = tokenFile(file).toAbsolutePath();
                writeExecCredential(tokenFile, account);
                yield "\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: cat\n"
                        + "      args: [\"" + tokenFile + "\"]\n      interactiveMode: Never\n"
                        + "      provideClusterInfo: false\n";
            }
        };
    }

    void writeExecCredential(Path file, Account account) throws IOException {
        ObjectNode credential = Json.object()
                .put("apiVersion", "client.authentication.k8s.io/v1")
                .put("kind", "ExecCredential");
        credential.putObject("status").put("token", account.token());
        replace(file, new String(Json.write(credential), StandardCharsets.UTF_8));
    }

    private static Path replace(Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(
                folder,
                ".kubeconfig",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
