package io.kubetun.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** TLS, proxies and credentials on the way to the API server. */
class ConnectionTest {
    @TempDir
    private Path folder;

    private final Told told = new Told();
    private LoopbackApi api;
    private Path authority;

    @BeforeEach
    void serveTls() throws Exception {
        Path store = folder.resolve("server.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "s",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=dns:inner,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        Certificate certificate = keys.getCertificate("s");
        authority = Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        api = new LoopbackApi(context.getServerSocketFactory());
    }

    @AfterEach
    void close() {
        api.close();
        told.close();
    }

    @Test
    void trustsOnlyTheAuthority() throws Exception {
        assertThat(check(trusted())).isEqualTo("v1.34.4");
        assertThat(check("insecure-skip-tls-verify=true")).isEqualTo("v1.34.4");
        KubetunException unknown = failure("");
        assertThat(unknown.code()).isEqualTo(ErrorCode.CLUSTER_TLS);
        assertThat(unknown.why()).contains("not signed by the certificate authority");
        KubetunException missing = failure("certificate-authority=\"" + folder + "/none.pem\"");
        assertThat(missing.code()).isEqualTo(ErrorCode.KUBECONFIG_INVALID);
        assertThat(missing.why()).contains("none.pem");
    }

    @Test
    void checksTheName() throws Exception {
        assertThat(check(trusted() + ", tls-server-name=inner")).isEqualTo("v1.34.4");
        assertThat(failure(trusted() + ", tls-server-name=other").code()).isEqualTo(ErrorCode.CLUSTER_TLS);
    }

    @Test
    void goesThroughTheProxy() throws Exception {
        try (ConnectTunnel proxy = new ConnectTunnel()) {
            assertThat(check(trusted() + ", proxy-url=\"" + proxy.uri() + "\"")).isEqualTo("v1.34.4");
            assertThat(proxy.heads()).hasSize(1);
            assertThat(proxy.heads().getFirst())
                    .startsWith("CONNECT 127.0.0.1:" + api.uri().getPort() + " HTTP/1.1\r\n")
                    .contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n");
        }
        KubetunException none = failure(trusted() + ", proxy-url=\"socks5://127.0.0.1:1\"");
        assertThat(none.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void asksTheExecPluginAgainWhenTheTokenIsRefused() throws Exception {
        Path script = Files.writeString(folder.resolve("login"), """
                #!/bin/sh
                cd "$(dirname "$0")"
                echo x >> runs
                printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}' \\
                  "$(wc -l < runs | tr -d ' ')"
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Path kubeconfig = Files.writeString(folder.resolve("config"), """
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "%s", certificate-authority: ca.pem}}]
                users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login}}}]
                """.formatted(api.uri()));
        try (KubeCluster cluster = open("kubeconfig=\"" + kubeconfig + "\"")) {
            api.requireToken("t1");
            assertThat(cluster.check()).isEqualTo("v1.34.4");
            api.requireToken("t2");
            assertThat(cluster.check()).isEqualTo("v1.34.4");
            api.requireToken("never");
            assertThat(catchThrowableOfType(KubetunException.class, cluster::check)
                            .code())
                    .isEqualTo(ErrorCode.CREDENTIALS);
        }
        Files.delete(script);
        try (KubeCluster cluster = open("kubeconfig=\"" + kubeconfig + "\"")) {
            KubetunException failure = catchThrowableOfType(KubetunException.class, cluster::check);
            assertThat(failure.code()).isEqualTo(ErrorCode.CREDENTIALS);
            assertThat(failure.why()).contains("./login").contains("cannot be started");
        }
    }

    private String trusted() {
        return "certificate-authority=\"" + authority + "\"";
    }

    private String check(String options) throws KubetunException {
        try (KubeCluster cluster = open("server=\"" + api.uri() + "\", " + options)) {
            return cluster.check();
        }
    }

    private KubetunException failure(String options) {
        return catchThrowableOfType(KubetunException.class, () -> check(options));
    }

    private KubeCluster open(String options) throws KubetunException {
        return (KubeCluster) new KubeClusterProvider(Map.of("HOME", "/nonexistent"))
                .open(ConfigFactory.parseString(options), told.environment());
    }
}
