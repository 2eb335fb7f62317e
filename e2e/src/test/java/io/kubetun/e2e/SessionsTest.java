package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Sessions that live on in the background kernel: started, looked at, refused and ended as a user does it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsTest {
    private static final String SOCKS = "127.0.0.1:11110";
    private static final String OTHER = "127.0.0.1:11111";
    private static final Duration GRACE = Duration.ofSeconds(10);

    private World world;
    private Commands kubetun;

    @BeforeAll
    void open(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        kubetun = new Commands(world);
        Path profiles = Files.createDirectories(world.home().resolve(".config/kubetun/profiles"));
        Files.writeString(profiles.resolve("one.conf"), "kubetun.modes { socks { listen = \"" + SOCKS + "\" } }\n");
    }

    @AfterEach
    void quit() {
        world.quit();
        assertThat(world.kernel()).isEmpty();
    }

    @AfterAll
    void close() {
        world.close();
    }

    private void works(String socks) throws Exception {
        assertThat(new Socks(world, socks).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
    }

    private void refuses(String socks) throws Exception {
        assertThat(world.run("curl", "-sS", "--max-time", "2", "http://" + socks)
                        .status())
                .isEqualTo(7);
    }

    @Test
    void modesComeAndGoAndMetricsAreServed() throws Exception {
        String metrics = "127.0.0.1:11112";
        String id = kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS, "--metrics", metrics);
        works(SOCKS);
        assertThat(world.sure("curl", "-sS", "http://" + metrics + "/metrics"))
                .containsPattern("kubetun_flows_total\\{[^}]*session=\"" + id + "\"[^}]*} [1-9]");
        Result added = world.kubetun(
                        "add", id, "hosts-fwd", "{ no-hosts = true, field-selector = \"metadata.name=peer\" }")
                .await(World.PATIENCE);
        assertThat(added.status()).as(added.output()).isZero();
        assertThat(modes()).containsExactly("socks", "hosts-fwd");
        assertThat(world.kubetun("add", id, "socks").await(World.PATIENCE).output())
                .contains("kubetun drop " + id + " socks");
        Result dropped = world.kubetun("drop", "proxy-out", "socks").await(World.PATIENCE);
        assertThat(dropped.status()).as(dropped.output()).isZero();
        assertThat(modes()).containsExactly("hosts-fwd");
        refuses(SOCKS);
    }

    private List<String> modes() throws Exception {
        return kubetun.sessions().getFirst().getConfigList("modes").stream()
                .map(mode -> mode.getString("name"))
                .toList();
    }

    @Test
    void aWatchedStatusIsPrintedWhenItChanges() throws Exception {
        try (Running watch = world.kubetun("status", "--watch")) {
            watch.awaitLine("No sessions.", World.PATIENCE);
            String id = kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS);
            watch.awaitLine(id, Duration.ofSeconds(10));
        }
    }

    @Test
    void aDetachedSessionIsShownInEveryFormat() throws Exception {
        String id = kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS);
        works(SOCKS);
        String table = kubetun.stdout("status");
        assertThat(table).contains(id).contains("proxy-out").contains("READY").contains(SOCKS);
        assertThat(kubetun.stdout("status", "-o", "wide")).contains(id).contains(SOCKS);
        Config session = kubetun.sessions().getFirst();
        assertThat(session.root().keySet())
                .containsExactlyInAnyOrder(
                        "id",
                        "profile",
                        "context",
                        "server",
                        "namespace",
                        "state",
                        "why",
                        "agentless",
                        "gateway",
                        "since",
                        "flows",
                        "bytes",
                        "modes");
        assertThat(session.getString("id")).isEqualTo(id);
        assertThat(session.getString("state")).isEqualTo("READY");
        assertThat(session.getString("namespace")).isEqualTo("lab");
        assertThat(Instant.parse(session.getString("since"))).isBefore(Instant.now());
        assertThat(session.getConfig("flows").root().keySet()).containsExactlyInAnyOrder("open", "total", "failed");
        assertThat(session.getConfig("flows").getInt("total")).isPositive();
        assertThat(session.getConfig("bytes").getLong("received")).isPositive();
        Config mode = session.getConfigList("modes").getFirst();
        assertThat(mode.getString("name")).isEqualTo("socks");
        assertThat(mode.getConfigList("listening").getFirst().getString("address"))
                .isEqualTo(SOCKS);
        List<Object> documents = new ArrayList<>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(kubetun.stdout("status", id, "-o", "yaml"))
                .forEach(documents::add);
        assertThat(documents)
                .singleElement()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsOnlyKeys("sessions")
                .extractingByKey("sessions")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .singleElement()
                .hasFieldOrPropertyWithValue("id", id);
    }

    @Test
    void nothingRunsIsAnEmptyListAndNoError() throws Exception {
        assertThat(kubetun.sessions()).isEmpty();
        assertThat(kubetun.stdout("status", "-o", "yaml").strip()).isEqualTo("sessions: []");
        assertThat(kubetun.stdout("status").strip()).isEqualTo("No sessions.");
        assertThat(kubetun.run("quit").output()).contains("Nothing was running.");
        assertThat(kubetun.run("disconnect", "--all").status()).isZero();
    }

    @Test
    void oneIsEndedByItsIdAndOneByItsName() throws Exception {
        String first = kubetun.start("--profile", "one");
        String second = kubetun.start(Map.of("KUBETUN_MODES_SOCKS_LISTEN", OTHER), "--profile", "one", "--name", "two");
        works(SOCKS);
        works(OTHER);
        assertThat(kubetun.ids()).containsExactly(first, second);
        assertThat(kubetun.run("disconnect", first).output()).contains("Session " + first + " has ended");
        refuses(SOCKS);
        works(OTHER);
        assertThat(kubetun.run("disconnect", "two").status()).isZero();
        refuses(OTHER);
        assertThat(kubetun.sessions()).isEmpty();
    }

    @Test
    void theSameProfileTwiceIsRefusedWithTheIdOfTheFirst() throws Exception {
        String first = kubetun.start("--profile", "one");
        Result second = kubetun.run("--profile", "one");
        assertThat(second.status()).as(second.output()).isEqualTo(26);
        assertThat(second.output()).contains("session " + first).contains("--name");
        works(SOCKS);
    }

    @Test
    void anUnknownSessionIsToldWithTheNextCommand() throws Exception {
        kubetun.start("--profile", "one");
        for (String command : List.of("disconnect", "status")) {
            Result result = kubetun.run(command, "nope");
            assertThat(result.status()).as(result.output()).isEqualTo(27);
            assertThat(result.output()).contains("nope").contains("kubetun status");
        }
        assertThat(kubetun.run("disconnect").status()).isEqualTo(1);
        assertThat(kubetun.run("disconnect", "--all", "nope").status()).isEqualTo(1);
        works(SOCKS);
    }

    @Test
    void theKernelEndsByItselfAfterItsLastSession() throws Exception {
        String id = kubetun.start("--profile", "one");
        ProcessHandle kernel = world.kernel().orElseThrow();
        kubetun.run("disconnect", id);
        long start = System.nanoTime();
        assertThat(kernel.isAlive()).isTrue();
        Await.until(() -> !kernel.isAlive(), GRACE.multipliedBy(2));
        System.out.printf("the kernel ended %.1f s after its last session%n", (System.nanoTime() - start) / 1e9);
        assertThat(Path.of(kubetun.socket())).doesNotExist();
    }

    @Test
    void tenCommandsAtOnceShareOneKernel() throws Exception {
        List<Running> starts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            starts.add(world.kubetun("proxy-out", "--detach", "--name", "n" + i, "--listen-socks", "127.0.0.1:0"));
        }
        List<String> ids = new ArrayList<>();
        for (Running each : starts) {
            ids.add(Commands.started(each.await(Duration.ofMinutes(2))));
        }
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(kubetun.ids()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(ProcessHandle.allProcesses().filter(each -> Running.isKernel(each, world.installation())))
                .hasSize(1);
        try (var sockets = Files.list(world.runtimeFolder().resolve("kubetun"))) {
            assertThat(sockets.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("kernel.lock", "kernel.sock");
        }
        assertThat(kubetun.run("disconnect", "--all").status()).isZero();
        assertThat(kubetun.sessions()).isEmpty();
    }
}
