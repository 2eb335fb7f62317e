package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.testkit.Credentials;
import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedUser;
import io.kubetun.testkit.pod.PodResponse;
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
            EmbeddedCluster first = ((EmbeddedWorld) world).cluster();
            serve(first, "first");
            serve(second, "second");
            Path other = world.home().resolve(".kube/second");
            EmbeddedUser user = second.user("dev2");
            user.allow("get,list,watch", "services,pods,endpointslices", "lab");
            user.allow("get,create", "pods/portforward", "lab");
            user.kubeconfig(other, Credentials.TOKEN, "lab");
            Files.writeString(other, Files.readString(other).replaceAll("(?m): testkit$", ": second"));
            Path hosts = Files.writeString(world.home().resolve("hosts"), "127.0.0.1 localhost\n");
            world.give(world.home());
            Map<String, String> environment = Map.of("KUBECONFIG", world.home().resolve(".kube/config") + ":" + other);
            try (Running forward = world.kubetun(
                    environment,
                    "forward",
                    "-n",
                    "lab",
                    "-f",
                    "metadata.name=web",
                    "-x",
                    "testkit,second",
                    "--hosts-path",
                    hosts.toString())) {
                forward.awaitLine("Ready", READY);
                List<String> lines = Files.readAllLines(hosts);
                String atFirst = addressOf(lines, "web.lab.testkit");
                String atSecond = addressOf(lines, "web.lab.second");
                assertThat(atFirst).startsWith("127.1.27.");
                assertThat(atSecond).startsWith("127.2.27.");
                assertThat(world.sure("curl", "-sS", "http://" + atFirst + ":" + PORT + "/"))
                        .isEqualTo("first");
                assertThat(world.sure("curl", "-sS", "http://" + atSecond + ":" + PORT + "/"))
                        .isEqualTo("second");
                // The plain name is the first one's, not now this one's and now that one's.
                assertThat(addressOf(lines, "web")).isEqualTo(atFirst);
                forward.stop();
            }
            assertThat(hosts).hasContent("127.0.0.1 localhost\n");
        }
    }

    private static void serve(EmbeddedCluster cluster, String answer) {
        cluster.namespace("lab")
                .service("web")
                .port("http", PORT, 8080)
                .create()
                .pods(1, pod -> pod.http(8080, request -> PodResponse.text(answer)));
    }

    private static String addressOf(List<String> hosts, String name) {
        return hosts.stream()
                .map(line -> line.replaceAll("#.*", "").strip().split("\\s+", -1))
                .filter(words -> List.of(words).subList(1, words.length).contains(name))
                .map(words -> words[0])
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + hosts));
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
                String first = lab.sure("curl", "-sS", "--max-time", "20", "http://echo.lab.lab/");
                String second = lab.sure("curl", "-sS", "--max-time", "20", "http://echo.lab.lab2/");
                assertThat(first).contains("\"app\":\"echo\"");
                assertThat(second).contains("\"app\":\"echo\"");
                List<String> pods = lab.kubectl("-n", "lab", "get", "pods", "-o", "name")
                        .lines()
                        .map(line -> line.substring("pod/".length()))
                        .toList();
                assertThat(pods).anyMatch(first::contains).noneMatch(second::contains);
                List<String> hosts = lab.onLaptop("cat", "/etc/hosts").lines().toList();
                assertThat(addressOf(hosts, "echo.lab.lab")).startsWith("127.1.27.");
                assertThat(addressOf(hosts, "echo.lab.lab2")).startsWith("127.2.27.");
                forward.stop();
            }
            Await.until(() -> lab.onLaptop("cat", "/etc/hosts").equals(before), Duration.ofSeconds(10));
        }
    }
}
