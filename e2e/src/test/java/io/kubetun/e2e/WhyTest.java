package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun why HOST:PORT}: each step of a flow, through a session and without one. */
class WhyTest {
    @TempDir
    Path scratch;

    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open(scratch);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void withoutASessionTheClusterIsAskedItself() throws Exception {
        Result result = why("echo.lab:80");
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("echo.lab:80 is reached")
                .contains("No session runs that owns it")
                .contains("Service lab/echo is one with the ClusterIP " + world.clusterIp("echo"))
                .containsPattern("Chosen: pod lab/echo-\\S+ port 8080, with the fewest flows of 2")
                .contains("Port-forward as SPDY/3.1")
                .containsPattern("dial +Open\\..*\\(\\d+\\.\\d ms\\)");
    }

    @Test
    void eachEndSaysWhy() throws Exception {
        Result unknown = why("nope.lab:80");
        assertThat(unknown.output()).contains("is not reached", "there is no Service nope in namespace lab");
        assertThat(unknown.status()).isEqualTo(51);
        Result port = why("echo.lab:81");
        assertThat(port.status()).isEqualTo(51);
        assertThat(port.output()).contains("81");
        Result alias = why("echo.other:80");
        assertThat(alias.status()).as(alias.output()).isZero();
        assertThat(alias.output()).contains("Service other/echo is an ExternalName for echo.lab.svc.cluster.local");
        Result wrong = why("echo");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.output()).contains("HOST:PORT");
    }

    @Test
    void aRunningSessionAnswersForItself() throws Exception {
        try (Running session = world.kubetun("proxy-out", "--listen-socks", "127.0.0.1:11084")) {
            session.awaitLine("Ready", Duration.ofSeconds(30));
            Result result = why("echo:80");
            assertThat(result.status()).as(result.output()).isZero();
            assertThat(result.output())
                    .containsPattern("Session [0-9a-f]{4} \\(proxy-out\\) joins \\S+, namespace lab, and is READY")
                    .contains("SOCKS5", "127.0.0.1:11084")
                    .contains("is reached");
            Result none = why("echo:80", "--session", "zzzz");
            assertThat(none.status()).isEqualTo(27);
            assertThat(none.output()).contains("kubetun status");
            Result json = why("echo:80", "-o", "json");
            assertThat(json.output().strip()).startsWith("{").endsWith("}").contains("\"stage\" : \"dial\"");
        }
    }

    @Test
    void aListenerOfAForwardLeadsToItsService() throws Exception {
        Path hosts = world.home().resolve("hosts");
        String[] forward = {"forward", "--no-hosts", "--field-selector", "metadata.name=peer"};
        try (Running session = world.kubetun(forward)) {
            session.awaitLine("Ready", Duration.ofSeconds(30));
            assertThat(hosts).doesNotExist();
            String listening = world.kubetun("status").await(World.PATIENCE).output();
            String address = listening.replaceAll("(?s).*?(127\\.\\d+\\.\\d+\\.\\d+:8080).*", "$1");
            Result result = why(address);
            assertThat(result.output())
                    .as(listening)
                    .contains("Mode hosts-fwd listens on " + address)
                    .contains("pod lab/peer-");
            assertThat(result.status()).as(result.output()).isZero();
        }
    }

    private Result why(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "why";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return world.kubetun(command).await(World.PATIENCE);
    }
}
