package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code sudo kubetun forward} on a real cluster: names, loopback addresses, and nothing left behind. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class ForwardTest {
    private static final Duration READY = Duration.ofSeconds(40);

    @TempDir
    Path scratch;

    private LabWorld lab;
    private String before;

    @BeforeEach
    void snapshot() throws Exception {
        lab = (LabWorld) World.open(scratch);
        before = fingerprint();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
        lab.forbidSudo();
        lab.onLaptop("sh", "-c", "mountpoint -q /etc/hosts && umount /etc/hosts; true");
        assertThat(fingerprint()).isEqualTo(before);
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop("sh", "-c", "sha256sum /etc/hosts; stat -c '%a %u %g' /etc/hosts; ip -o addr | cut -c1-80");
    }

    private Running sudo(String... arguments) throws Exception {
        return lab.sudo(Map.of(), arguments);
    }

    private String curl(String url) throws Exception {
        return lab.sure("curl", "-sS", "--max-time", "20", url);
    }

    private void works() throws Exception {
        assertThat(curl("http://echo/")).contains("\"app\":\"echo\"");
        assertThat(curl("http://echo.lab/")).contains("\"app\":\"echo\"");
        assertThat(curl("http://echo.lab.svc.cluster.local/")).contains("\"app\":\"echo\"");
        assertThat(curl("http://peer-0.peer:8080/")).contains("\"pod\":\"peer-0\"");
        // a and echo both listen on port 80.
        assertThat(curl("http://a/")).contains("\"app\":\"a\"");
        assertThat(lab.onLaptop("cat", "/etc/hosts")).contains("192.0.2.10 printer.office.test printer");
    }

    private List<String> javaOf(String uid) throws Exception {
        return lab.onLaptop("sh", "-c", "ps -eo uid,pid,args | grep '[i]o.kubetun.distribution' || true")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(uid + " "))
                .filter(line -> line.contains(lab.installation().toString()))
                .toList();
    }

    @Test
    void everyServiceHasANameAndTheKernelIsNotRoot() throws Exception {
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            works();
            assertThat(javaOf("0"))
                    .hasSize(1)
                    .allSatisfy(line -> assertThat(line).contains(" helper "));
            assertThat(javaOf(LabWorld.USER)).as("the command and the kernel").hasSize(2);
            Result result = forward.stop();
            assertThat(result.output()).doesNotContain("\tat ");
        }
        gone();
    }

    @Test
    void theRealSudoAndCtrlC() throws Exception {
        assumeTrue(lab.hasSudo(), "there is no sudo on this machine: apt-get install sudo");
        lab.allowSudo();
        List<String> command =
                List.of("sudo", lab.installation().resolve("bin/kubetun").toString(), "forward", "-n", "lab");
        try (Terminal terminal = new Terminal(lab, lab.sudoEnvironment(), command)) {
            terminal.awaitLine("Ready", READY);
            works();
            assertThat(javaOf("0"))
                    .hasSize(1)
                    .allSatisfy(line -> assertThat(line).contains(" helper "));
            assertThat(javaOf(LabWorld.USER)).as("the command and the kernel").hasSize(2);
            Terminal.Ended ended = terminal.ctrlC();
            System.out.printf(
                    "sudo kubetun forward: ended %d ms after Ctrl-C%n",
                    ended.after().toMillis());
            assertThat(ended.result().output())
                    .contains("Nothing is left behind")
                    .doesNotContain("\tat ");
            assertThat(fingerprint()).isEqualTo(before);
            assertThat(ended.after()).isLessThan(Duration.ofSeconds(1));
        } finally {
            lab.forbidSudo();
        }
        gone();
    }

    @Test
    void aSessionStartedByTheRealSudoIsTheUsers() throws Exception {
        assumeTrue(lab.hasSudo(), "there is no sudo on this machine: apt-get install sudo");
        lab.allowSudo();
        // Where the session's kernel keeps things, whatever the home in the list of users.
        Map<String, String> environment = lab.sudoEnvironment();
        String id;
        try {
            List<String> command = List.of(
                    "sudo", lab.installation().resolve("bin/kubetun").toString(), "forward", "--detach", "-n", "lab");
            id = Commands.started(new Running(lab.asUser(command, environment)).await(READY));
        } finally {
            lab.forbidSudo();
        }
        works();
        Commands kubetun = new Commands(lab);
        assertThat(kubetun.ids()).containsExactly(id);
        assertThat(kubetun.run("status").output()).contains("127.1.27.").contains("READY");
        assertThat(kubetun.run(environment, "logs", id).output()).contains("[" + id + "]");
        assertThat(kubetun.run("disconnect", id).status()).isZero();
        Await.until(() -> fingerprint().equals(before), Duration.ofSeconds(5));
        gone();
    }

    private void gone() throws Exception {
        Await.until(() -> javaOf("0").isEmpty(), Duration.ofSeconds(10));
        lab.quit();
        assertThat(javaOf(LabWorld.USER)).isEmpty();
        assertThat(lab.onLaptop("sh", "-c", "ls /var/lib/kubetun/journal")).isEmpty();
    }

    private static long pid(String line) {
        return Long.parseLong(line.strip().split("\\s+", -1)[1]);
    }

    private void kill(String line) throws Exception {
        new Running(new ProcessBuilder("kill", "-9", Long.toString(pid(line)))).await(Duration.ofSeconds(5));
    }

    @Test
    void aKilledKernelLeavesNothing() throws Exception {
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            works();
            lab.kernel().orElseThrow().destroyForcibly();
            gone();
        }
    }

    @Test
    void aKilledHelperIsRepairedByTheNextStart() throws Exception {
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            works();
            kill(javaOf("0").getFirst());
            forward.await(Duration.ofSeconds(20));
        }
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            works();
            forward.stop();
        }
        gone();
    }

    @Test
    void purgeTakesAwayWhatAnyKubetunLeft() throws Exception {
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            kill(javaOf("0").getFirst());
            forward.await(Duration.ofSeconds(20));
        }
        assertThat(fingerprint()).isNotEqualTo(before);
        Result purged = sudo("forward", "--purge").await(READY);
        assertThat(purged.status()).isZero();
        assertThat(purged.output()).containsAnyOf("Taken out of /etc/hosts", "Taken back from an earlier session");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void aHostsFileThatIsABindMountIsWrittenInPlace() throws Exception {
        lab.onLaptop(
                "sh",
                "-c",
                "cp -p /etc/hosts /tmp/kubetun-e2e-hosts && mount --bind /tmp/kubetun-e2e-hosts /etc/hosts");
        String mounted = fingerprint();
        try (Running forward = sudo("forward", "-n", "lab")) {
            forward.awaitLine("Ready", READY);
            works();
            forward.stop();
        }
        gone();
        assertThat(fingerprint()).isEqualTo(mounted);
    }

    @Test
    void aReadOnlyHostsFileIsToldAndNotNeeded() throws Exception {
        lab.onLaptop(
                "sh",
                "-c",
                "cp -p /etc/hosts /tmp/kubetun-e2e-hosts && mount --bind /tmp/kubetun-e2e-hosts /etc/hosts && mount -o remount,bind,ro /etc/hosts");
        Result refused = sudo("forward", "-n", "lab").await(READY);
        assertThat(refused.status()).isEqualTo(62);
        assertThat(refused.output()).contains("--no-hosts").doesNotContain("\tat ");
        gone();
        try (Running forward = sudo("forward", "-n", "lab", "--no-hosts")) {
            forward.awaitLine("Ready", READY);
            assertThat(lab.kubetun("status").await(Duration.ofSeconds(20)).output())
                    .contains("127.1.27.");
            forward.stop();
        }
        gone();
    }
}
