package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets a clear sentence, the next command to type and an exit code of the table; never a stack trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private World world;

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private Result kubetun(Map<String, String> environment, String... arguments) throws Exception {
        Result result = world.kubetun(environment, arguments).await(Duration.ofSeconds(40));
        assertThat(result.output()).doesNotContain("\tat ");
        return result;
    }

    @Test
    void aMissingKubeconfig() throws Exception {
        Result result =
                kubetun(Map.of("KUBECONFIG", "/nonexistent/config"), "proxy-out", "--listen-socks", "127.0.0.1:0");
        assertThat(result.status()).isEqualTo(22);
        assertThat(result.output()).contains("/nonexistent/config");
    }

    @Test
    void anUnknownContext() throws Exception {
        Result result = kubetun(Map.of(), "proxy-out", "--context", "nowhere", "--listen-socks", "127.0.0.1:0");
        assertThat(result.status()).isEqualTo(24);
        assertThat(result.output()).contains("nowhere").contains("kubectl config get-contexts");
    }

    @Test
    void anExpiredToken() throws Exception {
        Result result = kubetun(Map.of(), "proxy-out", "--token", "expired", "--listen-socks", "127.0.0.1:0");
        assertThat(result.status()).isEqualTo(31);
        assertThat(result.output()).contains("credentials").doesNotContain("expired\"");
    }

    @Test
    void aForbiddenVerb() throws Exception {
        Result result = kubetun(Map.of(), "forward", "-n", "kube-system", "--no-hosts");
        assertThat(result.status()).isEqualTo(30);
        assertThat(result.output()).contains("list").contains("services").contains("kube-system");
    }

    @Test
    void anApiServerThatIsNotThere() throws Exception {
        Result result =
                kubetun(Map.of(), "proxy-out", "--server", "https://127.0.0.1:1", "--listen-socks", "127.0.0.1:0");
        assertThat(result.status()).isEqualTo(40);
        assertThat(result.output()).contains("127.0.0.1:1");
    }

    @Test
    void aWrongFlag() throws Exception {
        Result result = kubetun(Map.of(), "proxy-out", "--listen-sock", "127.0.0.1:0");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("--listen-socks");
    }

    @Test
    void aMalformedProfile() throws Exception {
        Path profile = world.home().resolve(".config/kubetun/profiles/broken.conf");
        Files.createDirectories(profile.getParent());
        Files.writeString(profile, "kubetun { modes { socks { liste = \"127.0.0.1:0\" } } }\n");
        Result result = kubetun(Map.of(), "--profile", "broken");
        assertThat(result.status()).isEqualTo(21);
        assertThat(result.output()).contains("broken.conf").contains("1").contains("listen");
    }

    @Test
    void aProfileThatIsNotThere() throws Exception {
        Result result = kubetun(Map.of(), "--profile", "no-such-profile");
        assertThat(result.status()).isEqualTo(20);
        assertThat(result.output()).contains("kubetun profiles");
    }

    @Test
    void anAddressBeyondLoopbackWithoutAPassword() throws Exception {
        Result result = kubetun(Map.of(), "proxy-out", "--listen-socks", "0.0.0.0:0");
        assertThat(result.status()).isIn(1, 21);
        assertThat(result.output()).contains("--allow-remote");
    }
}
