package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What dies, hangs up or comes in crowds around the background kernel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KernelFaultsTest {
    private static final String SOCKS = "127.0.0.1:11112";
    private static final Duration READY = Duration.ofSeconds(40);
    private static final Duration SOON = Duration.ofSeconds(10);

    private World world;
    private Commands kubetun;

    @BeforeAll
    void open(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        kubetun = new Commands(world);
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

    private void works() throws Exception {
        assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
    }

    private Running proxy(Map<String, String> environment) throws IOException {
        return world.kubetun(environment, "proxy-out", "--listen-socks", SOCKS);
    }

    private List<Path> journals() throws IOException {
        Path folder = world.home().resolve(".local/state/kubetun/journal");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
    }

    @Test
    void theNextKernelTakesOverFromAKilledOneAndTakesBackWhatItLeft() throws Exception {
        Path folder = Files.createDirectories(world.home().resolve("own"));
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost\n");
        world.give(folder);
        kubetun.start("forward", "--detach", "-n", "lab", "-f", "metadata.name=peer", "--hosts-path", hosts.toString());
        ProcessHandle killed = world.kernel().orElseThrow();
        killed.destroyForcibly();
        Await.until(() -> !killed.isAlive(), SOON);
        assertThat(Files.readString(hosts)).contains("peer-0.peer.lab");
        assertThat(Path.of(kubetun.socket())).exists();
        assertThat(kubetun.sessions()).isEmpty();
        kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS);
        works();
        assertThat(hosts).hasContent("127.0.0.1 localhost\n");
        assertThat(world.kernel().orElseThrow().pid()).isNotEqualTo(killed.pid());
    }

    @Test
    void aCommandKilledBeforeItsSessionIsReadyLeavesNothing() throws Exception {
        Path reached = world.home().resolve("reached");
        Path gate = world.home().resolve("gate");
        world.sure("mkfifo", gate.toString());
        try (Running proxy = proxy(Map.of("KUBECONFIG", behind(gate, reached).toString()))) {
            Await.until(() -> Files.exists(reached), READY);
            assertThat(kubetun.sessions())
                    .singleElement()
                    .satisfies(session -> assertThat(session.getString("state")).isEqualTo("STARTING"));
            proxy.kill();
            Await.until(() -> kubetun.sessions().isEmpty(), SOON);
        }
        assertThat(journals()).isEmpty();
        assertThat(world.run("curl", "-sS", "--max-time", "2", "http://" + SOCKS)
                        .status())
                .isEqualTo(7);
    }

    /** A kubeconfig whose exec plugin says that it was called and then waits for somebody to write into a pipe. */
    private Path behind(Path gate, Path reached) throws Exception {
        String config = Files.readString(world.home().resolve(".kube/config"));
        String command = config.replaceAll("(?s).*command: ([^,\\s]+).*", "$1");
        Path plugin = Files.writeString(
                world.home().resolve("slow-plugin"),
                "#!/bin/sh\n>'%s'\nread -r line <'%s'\nexec %s \"$@\"\n".formatted(reached, gate, command));
        assertThat(plugin.toFile().setExecutable(true, false)).isTrue();
        Path slow = Files.writeString(
                world.home().resolve("slow-config"), config.replace("command: " + command, "command: " + plugin));
        world.give(slow);
        world.give(plugin);
        return slow;
    }

    @Test
    void aCommandKilledAfterwardsLeavesItsSessionRunning() throws Exception {
        try (Running proxy = proxy(Map.of())) {
            proxy.awaitLine("Ready", READY);
            proxy.kill();
        }
        works();
        assertThat(kubetun.sessions()).hasSize(1);
    }

    @Test
    void aTerminalThatGoesAwayLeavesTheSessionRunning() throws Exception {
        List<String> command =
                List.of(world.installation().resolve("bin/kubetun").toString(), "proxy-out", "--listen-socks", SOCKS);
        try (Terminal terminal = new Terminal(world, Map.of(), command)) {
            terminal.awaitLine("Ready", READY);
            List<ProcessHandle> inside = terminal.hangUp();
            Await.until(() -> inside.stream().noneMatch(ProcessHandle::isAlive), SOON);
        }
        works();
        assertThat(kubetun.sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.getString("state")).isEqualTo("READY"));
    }

    @Test
    void aCommandOfAnotherVersionIsToldWhatToDoAndMayQuit() throws Exception {
        kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS);
        ProcessHandle kernel = world.kernel().orElseThrow();
        assertThat(kubetun.ask("{\"version\":1,\"command\":\"status\"}"))
                .contains("\"ok\":false")
                .contains("KERNEL_UNUSABLE")
                .contains("version 1")
                .contains("kubetun quit");
        works();
        assertThat(kubetun.ask("{\"version\":1,\"command\":\"quit\"}")).contains("\"ok\":true");
        Await.until(() -> !kernel.isAlive(), SOON);
    }

    @Test
    void twoHundredQuestionsAtOnceAreAllAnswered() throws Exception {
        String id = kubetun.start("proxy-out", "--detach", "--listen-socks", SOCKS);
        String script = """
                import json, socket, sys, threading, time
                line = json.dumps({'version': int(sys.argv[2]), 'command': 'status'}).encode() + b'\\n'
                answers, lock, together = [], threading.Lock(), threading.Barrier(200)
                def ask():
                    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])
                    together.wait(); s.sendall(line); data = b''
                    while True:
                        more = s.recv(65536)
                        if not more: break
                        data += more
                    with lock: answers.append(json.loads(data))
                threads = [threading.Thread(target=ask) for _ in range(200)]
                start = time.monotonic()
                [t.start() for t in threads]; [t.join() for t in threads]
                good = sum(a['ok'] and a['sessions'][0]['id'] == sys.argv[3] for a in answers)
                print(good, 'of 200 answered in', round(time.monotonic() - start, 2), 's')
                """;
        String version =
                kubetun.ask("{\"version\":1,\"command\":\"status\"}").replaceAll(".*\"version\":(\\d+).*", "$1");
        String answered = world.python(script, kubetun.socket(), version, id);
        System.out.print(answered);
        assertThat(answered).startsWith("200 of 200");
        long start = System.nanoTime();
        List<Running> processes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            processes.add(world.kubetun("status", "-o", "json"));
        }
        for (Running each : processes) {
            Result result = each.await(READY);
            assertThat(result.status()).as(result.output()).isZero();
            assertThat(result.output()).contains(id);
        }
        System.out.printf("20 status commands at once: %.1f s%n", (System.nanoTime() - start) / 1e9);
    }
}
