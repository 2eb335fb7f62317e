package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.kubetun.e2e.Running.Result;
import io.kubetun.testkit.EmbeddedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two clusters with the same addresses and the same Services, each by its own profile, in one kernel. */
class TwoClustersTest {
    private static final int PORT = 18_082;
    private static final String FIRST = "127.0.0.1:11120";
    private static final String SECOND = "127.0.0.1:11121";
    private static final long BYTES = 400L << 20;
    private static final Duration READY = Duration.ofSeconds(40);

    @TempDir
    Path scratch;

    /**
     * What differs between the worlds.
     *
     * @param contexts of the first and the second cluster
     * @param kubeconfig that has both
     * @param hosts the hosts file that names are written to
     * @param service the host and port of a Service that both have
     * @param isFirst whether an answer of that Service is the first cluster's
     */
    private record Both(
            List<String> contexts, String kubeconfig, Path hosts, String service, Predicate<String> isFirst) {}

    @Test
    void bothAreReachedAtOnceAndOneEndsWithoutTheOther() throws Exception {
        try (World world = World.open(scratch);
                EmbeddedCluster other = EmbeddedCluster.start()) {
            Both both = world instanceof LabWorld lab ? real(lab) : embedded((EmbeddedWorld) world, other);
            String hostsBefore = hosts(world, both);
            String first = start(world, both, "first", FIRST, 0);
            String second = start(world, both, "second", SECOND, 1);
            Commands kubetun = new Commands(world);
            assertThat(kubetun.ids()).containsExactly(first, second);
            assertThat(ProcessHandle.allProcesses().filter(each -> Running.isKernel(each, world.installation())))
                    .hasSize(1);
            for (int round = 0; round < 3; round++) {
                assertThat(bySocks(world, both, FIRST)).matches(both.isFirst());
                assertThat(bySocks(world, both, SECOND)).matches(both.isFirst().negate());
                assertThat(byName(world, both, 0, "127.1.27.")).matches(both.isFirst());
                assertThat(byName(world, both, 1, "127.2.27."))
                        .matches(both.isFirst().negate());
            }
            downloadWhileEnding(world, kubetun, second);
            assertThat(bySocks(world, both, FIRST)).matches(both.isFirst());
            assertThat(byName(world, both, 0, "127.1.27.")).matches(both.isFirst());
            assertThat(world.run("curl", "-sS", "--max-time", "2", "http://" + SECOND)
                            .status())
                    .isEqualTo(7);
            assertThat(kubetun.run("disconnect", first).status()).isZero();
            Await.until(() -> hosts(world, both).equals(hostsBefore), Duration.ofSeconds(10));
        }
    }

    private static Both embedded(EmbeddedWorld world, EmbeddedCluster other) throws Exception {
        TwoClusters both = TwoClusters.embedded(world, other, PORT);
        return new Both(TwoClusters.CONTEXTS, both.kubeconfig(), both.hosts(), "web.lab:" + PORT, "first"::equals);
    }

    private static Both real(LabWorld lab) throws Exception {
        String kubeconfig = lab.withSecondCluster();
        List<String> pods = lab.pods("lab");
        return new Both(
                List.of("lab", "lab2"),
                kubeconfig,
                Path.of("/etc/hosts"),
                "echo.lab:80",
                answer -> pods.stream().anyMatch(answer::contains));
    }

    private static String hosts(World world, Both both) throws IOException, InterruptedException {
        return world instanceof LabWorld lab
                ? lab.onLaptop("cat", both.hosts().toString())
                : Files.readString(both.hosts());
    }

    /** On the lab by sudo, for the hosts file and low ports. */
    private static String start(World world, Both both, String name, String socks, int cluster) throws Exception {
        Path profile = world.home().resolve(name + ".conf");
        Files.writeString(profile, """
                kubetun {
                  cluster { context = %s, namespace = lab }
                  modes { socks { listen = "%s" }, hosts-fwd { namespaces = [lab], hosts-path = "%s" } }
                }
                """.formatted(both.contexts().get(cluster), socks, both.hosts()));
        Map<String, String> environment = Map.of("KUBECONFIG", both.kubeconfig());
        Running started = world instanceof LabWorld lab
                ? lab.sudo(environment, "--profile", profile.toString())
                : world.kubetun(environment, "--profile", profile.toString());
        return Commands.started(started.await(READY));
    }

    private static String bySocks(World world, Both both, String socks) throws Exception {
        return new Socks(world, socks).curl("http://" + both.service() + "/");
    }

    private static String byName(World world, Both both, int cluster, String network) throws Exception {
        int colon = both.service().indexOf(':');
        String name = both.service().substring(0, colon) + "." + both.contexts().get(cluster);
        String port = both.service().substring(colon + 1);
        String address = TwoClusters.addressOf(hosts(world, both), name);
        assertThat(address).startsWith(network);
        // On the lab the system itself resolves the name.
        return world.real()
                ? world.page(name + ":" + port)
                : world.sure(
                        "curl",
                        "-sS",
                        "--resolve",
                        name + ":" + port + ":" + address,
                        "http://" + name + ":" + port + "/");
    }

    /** A download through the first cluster, slow enough that the other session ends in its midst. */
    private static void downloadWhileEnding(World world, Commands kubetun, String second) throws Exception {
        Path file = world.home().resolve("download");
        List<String> curl = List.of(
                "curl",
                "-sS",
                "--limit-rate",
                "40M",
                "--proxy",
                "socks5h://" + FIRST,
                "-o",
                file.toString(),
                "http://echo.lab/bytes?n=" + BYTES);
        try (Running download = new Running(world.asUser(curl, Map.of()))) {
            Await.until(() -> Files.exists(file) && Files.size(file) > BYTES / 20, READY);
            assertThat(kubetun.run("disconnect", second).status()).isZero();
            assertThat(download.alive())
                    .as("the download outlasts the other session")
                    .isTrue();
            List<? extends Config> left = kubetun.sessions();
            assertThat(left).hasSize(1);
            Result result = download.await(World.PATIENCE);
            assertThat(result.status()).as(result.output()).isZero();
        }
        assertThat(sha256(file)).isEqualTo(zeros());
    }

    private static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (var in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String zeros() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] block = new byte[1 << 20];
        for (long sent = 0; sent < BYTES; sent += block.length) {
            digest.update(block);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
