package io.kubetun.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.auth.KubeApiServer;
import io.kubetun.kube.config.ClusterOptions;
import io.kubetun.kube.config.Connection;
import io.kubetun.kube.config.ConnectionLoader;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** TLS, proxies and credentials on the way to the API server. */
class ConnectionTest {
    private static ServerKeys keys;

    @TempDir
    private Path folder;

    private final Told told = new Told();
    private LoopbackApi api;

    @BeforeAll
    static void makeKeys(@TempDir Path shared) throws Exception {
        keys = ServerKeys.make(shared);
    }

    @BeforeEach
    void serveTls() throws Exception {
        api = new LoopbackApi(keys.sockets());
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
            // one for the check, and maybe others for the watches that it starts
            assertThat(proxy.heads())
                    .isNotEmpty()
                    .allSatisfy(head -> assertThat(head)
                            .startsWith("CONNECT 127.0.0.1:" + api.uri().getPort() + " HTTP/1.1\r\n")
                            .contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
        }
        KubetunException none = failure(trusted() + ", proxy-url=\"socks5://127.0.0.1:1\"");
        assertThat(none.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void asksTheExecPluginAgainWhenTheTokenIsRefused() throws Exception {
        Path kubeconfig = kubeconfigWithLogin();
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
        Files.delete(folder.resolve("login"));
        try (KubeCluster cluster = open("kubeconfig=\"" + kubeconfig + "\"")) {
            KubetunException failure = catchThrowableOfType(KubetunException.class, cluster::check);
            assertThat(failure.code()).isEqualTo(ErrorCode.CREDENTIALS);
            assertThat(failure.why()).contains("./login").contains("cannot be started");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void asksTheExecPluginOnceForAllRequestsThatAreRefusedWithTheSameToken() throws Exception {
        Path kubeconfig = kubeconfigWithLogin();
        ClusterOptions options =
                new ClusterOptions(ConfigFactory.parseMap(Map.of("kubeconfig", kubeconfig.toString())));
        Connection connection = new ConnectionLoader(options, Map.of("HOME", "/nonexistent")).load();
        api.put("/api/v1/namespaces/lab/pods", "echo-1", "{\"spec\":{}}");
        try (ApiClient client =
                new ApiClient(new KubeApiServer(connection, told.environment().progress()), Duration.ofSeconds(30))) {
            api.requireToken("t1");
            client.get("/version");
            api.requireToken("t2");
            LoopbackApi.Held late = api.holdRefusal("/api/v1/namespaces/lab/pods/echo-1");
            FutureTask<Tree> other = new FutureTask<>(() -> client.get("/api/v1/namespaces/lab/pods/echo-1"));
            Thread.ofVirtual().start(other);
            assertThat(late.awaitRefusal()).isTrue();
            // refused, renewed and served while the other waits for its 401
            client.get("/version");
            late.release();
            assertThat(other.get(20, TimeUnit.SECONDS).at("metadata", "name").text())
                    .contains("echo-1");
        }
        assertThat(Files.readAllLines(folder.resolve("runs"))).hasSize(2);
    }

    /** A user with a plugin whose tokens are t1, t2 and so on, one for each line in the file runs. */
    private Path kubeconfigWithLogin() throws IOException {
        Path script = Files.writeString(folder.resolve("login"), """
                #!/bin/sh
                cd "$(dirname "$0")"
                echo x >> runs
                printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}' \\
                  "$(wc -l < runs | tr -d ' ')"
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return Files.writeString(folder.resolve("config"), """
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "%s", certificate-authority: "%s"}}]
                users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login}}}]
                """.formatted(api.uri(), keys.authority()));
    }

    private String trusted() {
        return "certificate-authority=\"" + keys.authority() + "\"";
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
        return (KubeCluster) new KubeClusterProvider().open(ConfigFactory.parseString(options), told.environment());
    }
}
