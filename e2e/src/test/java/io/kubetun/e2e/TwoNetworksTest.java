package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The networks of two clusters with the same addresses on one machine at once, each by its own names. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and two lab clusters: set KUBETUN_LAB to its script")
class TwoNetworksTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final int BYTES = 100 << 20;

    /** Reads a number of bytes of the endless port, and says how many came and their sum. */
    private static final String DOWNLOAD = """
            import socket, sys
            left = int(sys.argv[2])
            s = socket.create_connection((sys.argv[1], 19), 20)
            s.settimeout(30)
            while left > 0:
                piece = s.recv(min(left, 1 << 18))
                if not piece: break
                left -= len(piece)
            print("all" if left == 0 else "missing %d" % left)
            """;

    @TempDir
    Path scratch;

    @Test
    void bothAnswerByTheirOwnNames() throws Exception {
        try (LabWorld lab = (LabWorld) World.open(scratch)) {
            String kubeconfig = lab.withSecondCluster();
            String before = machine(lab);
            connect(lab, kubeconfig, "one", "lab");
            connect(lab, kubeconfig, "two", "lab2");
            List<String> pods = lab.pods("lab");
            for (int round = 0; round < 3; round++) {
                assertThat(pods).anyMatch(lab.page("echo.lab.one")::contains);
                assertThat(pods).noneMatch(lab.page("echo.lab.two")::contains);
                assertThat(pods).anyMatch(lab.page("echo.lab")::contains);
                assertThat(pods).anyMatch(lab.page("a.lab.one")::contains);
                assertThat(pods).noneMatch(lab.page("a.lab.two")::contains);
            }
            String status = lab.kubetun("status").await(READY).output();
            assertThat(status).containsPattern("10\\.244\\.0\\.0/24 is 100\\.6\\d\\.\\d+\\.0/24 here");
            CompletableFuture<String> first = download(lab, "echo.lab.one");
            CompletableFuture<String> second = download(lab, "echo.lab.two");
            assertThat(first.join()).startsWith("all");
            assertThat(second.join()).startsWith("all");
            lab.kubetun("disconnect", "one").awaitSuccess(READY);
            assertThat(pods).noneMatch(lab.page("echo.lab.two")::contains);
            lab.kubetun("disconnect", "--all").awaitSuccess(READY);
            Await.until(() -> machine(lab).equals(before), Duration.ofSeconds(10));
        }
    }

    private static void connect(LabWorld lab, String kubeconfig, String profile, String context) throws Exception {
        Path file = lab.home().resolve(".config/kubetun/profiles/" + profile + ".conf");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                kubetun { cluster { context = %s, namespace = lab }, modes { tun {}, dns { system = true } } }
                """.formatted(context));
        lab.give(lab.home());
        lab.sudo(
                        Map.of(
                                "KUBECONFIG",
                                kubeconfig,
                                "XDG_CONFIG_HOME",
                                lab.home().resolve(".config").toString()),
                        "--profile",
                        profile)
                .awaitSuccess(READY);
    }

    private static CompletableFuture<String> download(LabWorld lab, String host) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return lab.python(DOWNLOAD, host, Integer.toString(BYTES));
            } catch (Exception e) {
                return "failed: " + e;
            }
        });
    }

    private static String machine(LabWorld lab) throws Exception {
        return lab.onLaptop("sh", "-c", "{ ip route; ip -o link; cat /etc/resolv.conf; } | sha256sum");
    }
}
