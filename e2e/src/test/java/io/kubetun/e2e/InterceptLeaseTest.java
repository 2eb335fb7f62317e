package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Who has a workload, as kubectl shows it, and the turn of a second user. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptLeaseTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String ECHO = "deployment/echo";
    private static final String LEASE = "kubetun-deployment-echo";

    /** Does what a session does to link to the agent behind a port-forward, with a key of PKCS 8, and says what it is told. */
    private static final String LINK = """
            import base64, socket, subprocess, sys, tempfile
            with socket.create_connection(("127.0.0.1", 19701), 20) as agent:
                lines = agent.makefile("rb")
                nonce = base64.b64decode(lines.readline().split()[2])
                with tempfile.NamedTemporaryFile() as said, tempfile.NamedTemporaryFile("w") as key:
                    said.write(b"kubetun-intercept-v1:" + nonce); said.flush()
                    key.write("-----BEGIN PRIVATE KEY-----\\n" + sys.argv[1] + "\\n-----END PRIVATE KEY-----\\n"); key.flush()
                    signature = subprocess.check_output(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key.name, "-in", said.name])
                agent.sendall(base64.b64encode(signature) + b"\\n")
                print(lines.readline().decode().strip())
            """;

    @TempDir
    private Path scratch;

    private InterceptLab given;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
    }

    @AfterEach
    void close() throws Exception {
        String left = leases();
        given.close();
        assertThat(left).doesNotContain("kubetun-");
    }

    private String leases() throws Exception {
        return given.world().kubectl("-n", "lab", "get", "leases");
    }

    /** Another person on this machine: state of their own, so a key of their own. */
    private Running second(String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(given.administrator());
        Path home = Files.createDirectories(scratch.resolve("second"));
        Path run = Files.createDirectories(home.resolve("run"));
        for (Path each : List.of(home, run)) {
            Files.setAttribute(each, "unix:uid", 1000);
        }
        environment.put("HOME", home.toString());
        environment.put("XDG_STATE_HOME", home.resolve("state").toString());
        environment.put("XDG_RUNTIME_DIR", run.toString());
        return given.world().sudo(environment, arguments);
    }

    /** What an agent answers to who may forward ports to its pod and has the key of a user. */
    private String linkedBy(Path state) throws Exception {
        String key;
        try (Stream<Path> files = Files.walk(state)) {
            Path file = files.filter(each -> each.endsWith("intercept.key"))
                    .findFirst()
                    .orElseThrow();
            key = Files.readAllLines(file).getFirst();
        }
        try (Running forward =
                new Running(given.world().asRoot("kubectl", "-n", "lab", "port-forward", ECHO, "19701:9701"))) {
            forward.awaitLine("Forwarding from", READY);
            return given.world().onLaptop("python3", "-c", LINK, key).strip();
        }
    }

    @Test
    void kubectlShowsTheHolderUntilItLeaves() throws Exception {
        String template = given.template(ECHO);
        given.intercept(ECHO, "-p", "8080");
        System.out.println(leases());
        assertThat(leases()).containsPattern(LEASE + " +\\S+ +[0-9]+s");
        given.leave(ECHO);
        assertThat(leases()).doesNotContain(LEASE);
        assertThat(given.template(ECHO)).isEqualTo(template);
    }

    @Test
    void aSecondUserIsToldWhoHasItAndTakesItWhenTheyLeave() throws Exception {
        given.intercept(ECHO, "-p", "8080");
        try (Running refused = second("intercept", "-n", "lab", ECHO, "-p", "8080", "--foreground")) {
            assertThat(refused.await(READY).output())
                    .contains("it is intercepted by", " since 20", "--wait", "--force");
        }
        assertThat(linkedBy(scratch.resolve("second/state")))
                .isEqualTo("refused the signature is not by the key that this pod was given");
        assertThat(linkedBy(given.world().home().resolve(".local/state"))).isEqualTo("ok");
        assertThat(given.commands().stdout("status")).contains("2 of 2 agents linked");
        try (Running waiting = second("intercept", "-n", "lab", "--wait", ECHO, "-p", "8080", "--foreground")) {
            assertThat(waiting.awaitLine("Waiting for " + ECHO, READY)).contains("it is intercepted by", " since 20");
            given.leave(ECHO);
            long free = System.nanoTime();
            waiting.awaitLine("ing an agent", READY);
            System.out.printf("its turn after %d ms%n", (System.nanoTime() - free) / 1_000_000);
            waiting.awaitLine("comes here", READY);
            assertThat(leases()).contains(LEASE);
            waiting.stop();
        }
    }

    @Test
    void aKilledOneIsSaidToBeSilentAndARepairLeavesNoLease() throws Exception {
        String template = given.template(ECHO);
        try (Running first = given.world()
                .sudo(given.administrator(), "intercept", "-n", "lab", ECHO, "-p", "8080", "--foreground")) {
            first.awaitLine("comes here", READY);
            first.kill();
        }
        assertThat(leases()).contains(LEASE);
        given.world()
                .kubectl(
                        "-n",
                        "lab",
                        "patch",
                        "lease",
                        LEASE,
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"renewTime\":\"2026-01-01T10:00:00.000000Z\"}}");
        try (Running refused = second("intercept", "-n", "lab", ECHO, "-p", "8080", "--foreground")) {
            assertThat(refused.await(READY).output())
                    .contains("not renewed since 2026-01-01T10:00:00Z", "kubetun leave " + ECHO + " --force");
        }
        Result repaired = given.world().sudo(given.administrator(), "repair").await(READY);
        assertThat(repaired.status()).as(repaired.output()).isZero();
        assertThat(leases()).doesNotContain(LEASE);
        assertThat(given.template(ECHO)).isEqualTo(template);
    }
}
