package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.testkit.EmbeddedCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code forward -x A,B}: two clusters at once, each Service of each with an address of its own. */
class ContextsTest {
    private static final int PORT = 18_081;
    private static final Duration READY = Duration.ofSeconds(40);

    @TempDir
    Path scratch;

    @Test
    void twoEmbeddedClusters() throws Exception {
        try (World world = World.open(scratch);
                EmbeddedCluster second = EmbeddedCluster.start()) {
            assumeTrue(!world.real(), "two real clusters have a scenario of their own");
            TwoClusters both = TwoClusters.embedded((EmbeddedWorld) world, second, PORT);
            Map<String, String> environment = Map.of("KUBECONFIG", both.kubeconfig());
            try (Running forward = world.kubetun(
                    environment,
                    "forward",
                    "-n",
                    "lab",
                    "-f",
                    "metadata.name=web",
                    "-x",
                    String.join(",", TwoClusters.CONTEXTS),
                    "--hosts-path",
                    both.hosts().toString())) {
                forward.awaitLine("Ready", READY);
                String hosts = Files.readString(both.hosts());
                String atFirst = TwoClusters.addressOf(hosts, "web.lab.testkit");
                String atSecond = TwoClusters.addressOf(hosts, "web.lab.second");
                assertThat(atFirst).startsWith("127.1.27.");
                assertThat(atSecond).startsWith("127.2.27.");
                assertThat(world.sure("curl", "-sS", "http://" + atFirst + ":" + PORT + "/"))
                        .isEqualTo("first");
                assertThat(world.sure("curl", "-sS", "http://" + atSecond + ":" + PORT + "/"))
                        .isEqualTo("second");
                // The plain name is the first one's, not now this one's and now that one's.
                assertThat(TwoClusters.addressOf(hosts, "web")).isEqualTo(atFirst);
                forward.stop();
            }
            assertThat(both.hosts()).hasContent(TwoClusters.HOSTS);
        }
    }

    @Test
    void twoRealClusters() throws Exception {
        try (World world = World.open(scratch)) {
            assumeTrue(world.real(), "needs root and the lab cluster: set KUBETUN_LAB to its script");
            LabWorld lab = (LabWorld) world;
            String kubeconfig = lab.withSecondCluster();
            String before = lab.onLaptop("cat", "/etc/hosts");
            try (Running forward =
                    lab.sudo(Map.of("KUBECONFIG", kubeconfig), "forward", "-n", "lab", "-x", "lab,lab2")) {
                forward.awaitLine("Ready", READY);
                String first = lab.page("echo.lab.lab");
                String second = lab.page("echo.lab.lab2");
                assertThat(first).contains("\"app\":\"echo\"");
                assertThat(second).contains("\"app\":\"echo\"");
                List<String> pods = lab.pods("lab");
                assertThat(pods).anyMatch(first::contains).noneMatch(second::contains);
                String hosts = lab.onLaptop("cat", "/etc/hosts");
                assertThat(TwoClusters.addressOf(hosts, "echo.lab.lab")).startsWith("127.1.27.");
                assertThat(TwoClusters.addressOf(hosts, "echo.lab.lab2")).startsWith("127.2.27.");
                forward.stop();
            }
            Await.until(() -> lab.onLaptop("cat", "/etc/hosts").equals(before), Duration.ofSeconds(10));
        }
    }
}
