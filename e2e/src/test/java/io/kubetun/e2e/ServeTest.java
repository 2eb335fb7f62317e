package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun serve} as systemd, a container or a CI job runs it. */
class ServeTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SOCKS = "127.0.0.1:11096";
    private static final String HTTP = "127.0.0.1:11097";

    /** A listener as systemd's, which prints each datagram on a line of its own. */
    private static final String SUPERVISOR = """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666)
            print('listening', flush=True)
            while True: print(s.recv(8192).decode().replace('\\n', '|'), flush=True)
            """;

    @TempDir
    Path scratch;

    private World world;
    private Path profile;

    @BeforeEach
    void open() throws Exception {
        world = World.open(scratch);
        profile = world.home().resolve("job.conf");
        write("socks { listen = \"" + SOCKS + "\" }");
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void write(String modes) throws IOException {
        Files.writeString(profile, "kubetun { cluster { namespace = lab }, modes { " + modes + " } }\n");
    }

    private Running serve(Map<String, String> environment, String... more) throws IOException {
        String[] arguments = new String[3 + more.length];
        System.arraycopy(new String[] {"serve", "--profile", profile.toString()}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        return world.kubetun(environment, arguments);
    }

    private static void hangUp(Running serve) throws Exception {
        String ignored = Files.readString(Path.of("/proc/self/status")).replaceAll("(?s).*SigIgn:\\s*(\\w+).*", "$1");
        assumeTrue(
                (Long.parseUnsignedLong(ignored, 16) & 1) == 0,
                "these tests run under nohup, and so does what they start");
        new ProcessBuilder("kill", "-HUP", Long.toString(serve.pid())).start().waitFor();
    }

    @Test
    void tellsItsSupervisorHowItIs() throws Exception {
        for (String socket : List.of(world.home().resolve("notify.sock").toString(), "@kubetun-e2e")) {
            String bound = socket.startsWith("@") ? "import sys; sys.argv[1] = '\\0' + sys.argv[1][1:]\n" : "";
            String script =
                    socket.startsWith("@") ? SUPERVISOR.replace("; os.chmod(sys.argv[1], 0o666)", "") : SUPERVISOR;
            try (Running supervisor =
                    new Running(world.asUser(List.of("python3", "-u", "-c", bound + script, socket), Map.of()))) {
                supervisor.awaitLine("listening", SOON);
                try (Running serve = serve(Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "600000"))) {
                    assertThat(supervisor.awaitLine("READY=1", SOON)).contains("|STATUS=READY: job on ", "socks");
                    supervisor.awaitLine("WATCHDOG=1", SOON);
                    hangUp(serve);
                    assertThat(supervisor.awaitLine("RELOADING=1", SOON)).containsPattern("\\|MONOTONIC_USEC=[0-9]+$");
                    // What is not read before the process is ended from here is lost.
                    serve.awaitLine("ready: profile job", SOON);
                    long start = System.nanoTime();
                    Result result = serve.stop();
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                    assertThat(result.status()).isZero();
                    supervisor.awaitLine("STOPPING=1", SOON);
                    assertThat(result.output().lines())
                            .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("}"))
                            .anyMatch(line -> line.contains("\"session\":\"") && line.contains("ready: profile job"));
                }
            }
        }
    }

    @Test
    void readsItsProfileAgainWhileAFlowGoesOn() throws Exception {
        String one = "socks { listen = \"" + SOCKS + "\" }";
        try (Running serve = serve(Map.of())) {
            serve.awaitLine("ready: profile job", SOON);
            List<String> download =
                    List.of("curl", "-sSN", "--proxy", "socks5h://" + SOCKS, "http://echo.lab/stream?n=5");
            try (Running flow = new Running(world.asUser(download, Map.of()))) {
                flow.awaitLine("data: 0", SOON);
                write(
                        one
                                + ", hosts-fwd { no-hosts = true, field-selector = \"metadata.name=a\", mapping = [\"80:18080\"] }");
                hangUp(serve);
                serve.awaitLine("the profile is read again", SOON);
                String opened = serve.awaitLine(":18080", SOON).replaceFirst(".*listens on ([0-9.]+:18080).*", "$1");
                assertThat(world.sure("curl", "-sS", "--max-time", "20", "http://" + opened + "/"))
                        .contains("\"app\":\"a\"");
                write(one + ", socks");
                hangUp(serve);
                assertThat(serve.awaitLine("\"level\":\"error\"", SOON)).contains("job.conf", "stays as it was");
                assertThat(world.sure("curl", "-sS", "--max-time", "20", "http://" + opened + "/"))
                        .contains("\"app\":\"a\"");
                Result done = flow.await(SOON);
                assertThat(done.status()).isZero();
                assertThat(done.output()).contains("data: 4");
            }
            assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(serve.stop().status()).isZero();
        }
    }

    @Test
    void servesHealthAndMetrics() throws Exception {
        try (Running serve = serve(Map.of(), "--http", HTTP)) {
            serve.awaitLine("ready: profile job", SOON);
            assertThat(get("/healthz")).isEqualTo("ok\n200");
            assertThat(get("/readyz")).contains("job: READY").endsWith("200");
            new Socks(world, SOCKS).curl("http://echo.lab/");
            assertThat(new Socks(world, SOCKS).tryCurl("http://nobody.lab/").status())
                    .isNotZero();
            String metrics = get("/metrics");
            assertThat(metrics)
                    .containsPattern("kubetun_flows_total\\{mode=\"socks\",service=\"echo.lab\",session=\"....\"} 1.0")
                    .containsPattern(
                            "kubetun_dials_seconds_count\\{mode=\"socks\",service=\"echo.lab\",session=\"....\"} 1")
                    .containsPattern(
                            "kubetun_dial_failures_total\\{mode=\"socks\",reason=\"unknown_name\",service=\"other\",session=\"....\"} 1.0")
                    .contains("jvm_memory_used_bytes");
            assertThat(get("/other")).endsWith("404");
            assertThat(world.sure(
                            "curl",
                            "-sS",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code}",
                            "-H",
                            "Host: evil.example",
                            "http://" + HTTP + "/metrics"))
                    .isEqualTo("403");
        }
    }

    private String get(String path) throws Exception {
        return world.sure("curl", "-sS", "--max-time", "20", "-w", "%{http_code}", "http://" + HTTP + path) + "";
    }

    @Test
    void refusesWhatItCannotServe() throws Exception {
        try (Running any = serve(Map.of(), "--http", "0.0.0.0:11097")) {
            Result result = any.await(SOON);
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.output()).contains("--http-any").startsWith("{\"time\":");
        }
        write("socks { listen = \"" + SOCKS + "\", lsten = 1 }");
        try (Running broken = serve(Map.of())) {
            assertThat(broken.await(SOON).status()).isEqualTo(21);
        }
    }
}
