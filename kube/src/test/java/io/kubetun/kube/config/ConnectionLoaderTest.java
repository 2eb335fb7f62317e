package io.kubetun.kube.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionLoaderTest {
    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            current-context: dev
            contexts:
            - {name: dev, context: {cluster: one, user: alice, namespace: shop}}
            - {name: prod, context: {cluster: two, user: bob}}
            clusters:
            - name: one
              cluster: {server: "https://one:6443", certificate-authority: ca.pem, proxy-url: "socks5://gate:1080"}
            - name: two
              cluster: {server: "https://two/k8s/c-1", tls-server-name: inner, insecure-skip-tls-verify: true}
            users:
            - {name: alice, user: {token: 12345}}
            - {name: bob, user: {tokenFile: secret/token, as: carol, as-groups: [g1, g2]}}
            """;

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void home() {
        environment.put("HOME", folder.toString());
    }

    @Test
    void takesTheCurrentContext() throws Exception {
        write("config", KUBECONFIG);

        Connection dev = load("");

        assertThat(dev.context()).isEqualTo("dev");
        assertThat(dev.server()).isEqualTo(URI.create("https://one:6443"));
        assertThat(dev.namespace()).isEqualTo("shop");
        assertThat(dev.authority()).contains(new PemSource.File(folder.resolve(".kube/ca.pem")));
        assertThat(dev.proxy()).contains(URI.create("socks5://gate:1080"));
        assertThat(dev.login().method()).isEqualTo(new Login.Token("12345"));
        assertThat(dev.login().toString()).doesNotContain("12345");
    }

    @Test
    void flagsComeFirst() throws Exception {
        write("config", KUBECONFIG);

        Connection prod = load("context=prod, namespace=web, as-group=[ops], request-timeout=5s");

        assertThat(prod.server()).isEqualTo(URI.create("https://two/k8s/c-1"));
        assertThat(prod.namespace()).isEqualTo("web");
        assertThat(prod.insecure()).isTrue();
        assertThat(prod.tlsServerName()).contains("inner");
        assertThat(prod.login().method()).isEqualTo(new Login.TokenFile(folder.resolve(".kube/secret/token")));
        assertThat(prod.login().impersonation().user()).contains("carol");
        assertThat(prod.login().impersonation().groups()).containsExactly("ops");
        assertThat(prod.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(load("user=alice").login().method()).isInstanceOf(Login.Token.class);
        assertThat(load("cluster=two").server().getHost()).isEqualTo("two");
    }

    @Test
    void mergesSeveralFilesAndTheFirstCounts() throws Exception {
        Path first =
                write("a", "current-context: mine\ncontexts:\n- {name: mine, context: {cluster: one, user: alice}}\n");
        Path second = write("b", KUBECONFIG);
        environment.put(
                "KUBECONFIG", first + File.pathSeparator + folder.resolve("none") + File.pathSeparator + second);

        Connection mine = load("");

        assertThat(mine.context()).isEqualTo("mine");
        assertThat(mine.namespace()).isEqualTo("default");
        assertThat(mine.server().getHost()).isEqualTo("one");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(failure("").code()).isEqualTo(ErrorCode.KUBECONFIG_MISSING);
        assertThat(failure("").next()).contains("--kubeconfig");
        assertThat(failure("kubeconfig=\"/none/such\"").why()).contains("/none/such");
        environment.put("KUBECONFIG", "/none/a:/none/b");
        assertThat(failure("").code()).isEqualTo(ErrorCode.KUBECONFIG_MISSING);
        assertThat(failure("").why()).contains("/none/a, /none/b");
    }

    @Test
    void listsTheKnownContexts() throws Exception {
        write("config", KUBECONFIG);

        assertThat(failure("context=test").code()).isEqualTo(ErrorCode.CONTEXT_UNKNOWN);
        assertThat(failure("context=test").why()).contains("only dev, prod");
        assertThat(failure("context=test").next()).contains("kubectl config get-contexts");
        assertThat(failure("cluster=x").why()).contains("only one, two");
        assertThat(failure("user=x").why()).contains("only alice, bob");
    }

    @Test
    void namesTheMalformedFileAndLine() throws Exception {
        Path file = write("config", "current-context: a\ncontexts:\n  - name: [oops\n");
        assertThat(failure("").code()).isEqualTo(ErrorCode.KUBECONFIG_INVALID);
        assertThat(failure("").getMessage()).contains(file.toString()).contains("line 4");
        write("config", "just text");
        assertThat(failure("").code()).isEqualTo(ErrorCode.KUBECONFIG_INVALID);
        write("config", KUBECONFIG.replace("server: \"https://one:6443\", ", ""));
        assertThat(failure("").why()).contains("cluster one has no server");
        write(
                "config",
                KUBECONFIG
                        .replace("contexts:\n- {", "contexts: {")
                        .replace("namespace: shop}}\n- {name: prod, context: {cluster: two, user: bob}}", "x: y}}"));
        assertThat(failure("").why()).contains("contexts is an object, not a list");
        write("config", KUBECONFIG.replace("token: 12345", "exec: {apiVersion: v9, command: x}"));
        assertThat(failure("").why()).contains("v9");
        write("config", KUBECONFIG.replace("current-context: dev", ""));
        assertThat(failure("").next()).contains("kubectl config use-context");
    }

    @Test
    void readsAnExecPlugin() throws Exception {
        write("config", KUBECONFIG.replace("token: 12345", """
                exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, args: [a, "1"],
                 env: [{name: X, value: y}], interactiveMode: IfAvailable, provideClusterInfo: true}"""));

        Login.Exec exec = (Login.Exec) load("").login().method();

        assertThat(exec.command()).isEqualTo("./login");
        assertThat(exec.arguments()).containsExactly("a", "1");
        assertThat(exec.environment()).containsEntry("X", "y");
        assertThat(exec.folder()).isEqualTo(folder.resolve(".kube"));
        assertThat(exec.clusterInfo().orElseThrow()).contains("\"server\":\"https://one:6443\"");
        assertThat(exec.needsTerminal()).isFalse();
    }

    @Test
    void usesTheServiceAccountOfAPod() throws Exception {
        environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");
        environment.put("KUBERNETES_SERVICE_PORT", "443");
        Files.writeString(folder.resolve("token"), "t");
        Files.writeString(folder.resolve("namespace"), "jobs\n");

        Connection pod = load("");

        assertThat(pod.context()).isEqualTo("in-cluster");
        assertThat(pod.server()).isEqualTo(URI.create("https://10.96.0.1:443"));
        assertThat(pod.namespace()).isEqualTo("jobs");
        assertThat(pod.login().method()).isEqualTo(new Login.TokenFile(folder.resolve("token")));
    }

    @Test
    void needsNoKubeconfigWithAServer() throws Exception {
        Connection connection = load("server=\"https://1.2.3.4:6443\", token=abc, insecure-skip-tls-verify=true");

        assertThat(connection.context()).isEqualTo("1.2.3.4");
        assertThat(connection.insecure()).isTrue();
        assertThat(failure("server=\"ftp://x\"").code()).isEqualTo(ErrorCode.KUBECONFIG_INVALID);
    }

    @Test
    void followsTheProxyOfTheEnvironment() throws Exception {
        Map<String, String> variables =
                Map.of("HTTPS_PROXY", "proxy:3128", "no_proxy", "internal.example,10.0.0.0/8,.dev.example,host:6443");
        ProxyRules rules = new ProxyRules(variables);

        assertThat(rules.proxyFor(URI.create("https://api.example"))).contains(URI.create("http://proxy:3128"));
        assertThat(rules.proxyFor(URI.create("http://api.example"))).isEmpty();
        for (String direct : List.of(
                "https://internal.example",
                "https://a.internal.example:1",
                "https://10.1.2.3:6443",
                "https://a.dev.example",
                "https://host:6443",
                "https://127.0.0.1:6443",
                "https://localhost")) {
            assertThat(rules.proxyFor(URI.create(direct))).as(direct).isEmpty();
        }
        assertThat(rules.proxyFor(URI.create("https://host:443"))).isPresent();
        assertThat(rules.proxyFor(URI.create("https://11.1.2.3"))).isPresent();
        assertThat(failure("server=\"https://x\", proxy-url=\"gopher://y\"").code())
                .isEqualTo(ErrorCode.CONFIG_INVALID);
    }

    private Path write(String name, String text) throws IOException {
        Path file = Files.createDirectories(folder.resolve(".kube")).resolve(name);
        return Files.writeString(file, text);
    }

    private Connection load(String options) throws KubetunException {
        ClusterOptions parsed = new ClusterOptions(ConfigFactory.parseString(options));
        return new ConnectionLoader(parsed, environment, folder).load();
    }

    private KubetunException failure(String options) {
        return Optional.ofNullable(catchThrowableOfType(KubetunException.class, () -> load(options)))
                .orElseThrow();
    }
}
