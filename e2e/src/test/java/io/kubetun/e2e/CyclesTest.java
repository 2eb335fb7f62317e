package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred sessions one after the other in one background kernel leave it as it was. */
class CyclesTest {
    private static final String SOCKS = "127.0.0.1:11113";
    private static final int CYCLES = 100;
    /** Cycles before the first look: what is loaded, pooled and remembered once is no growth. */
    private static final int WARM_UP = 20;
    /** Carriers that the scheduler of virtual threads may have added, and connections that are just closing. */
    private static final int FEW = 3;

    /** Passes each request on to the kernel and writes down the one that starts a session. */
    private static final String RELAY = """
            import os, socket, sys
            server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); server.listen(8)
            print('listening', flush=True)
            while True:
                client, _ = server.accept()
                line = client.makefile('rb').readline()
                if b'"command":"start"' in line: open(sys.argv[3], 'wb').write(line)
                kernel = socket.socket(socket.AF_UNIX); kernel.connect(sys.argv[2]); kernel.sendall(line)
                while True:
                    data = kernel.recv(65536)
                    if not data: break
                    client.sendall(data)
                client.close()
            """;

    /** Starts the session that was written down, sends a request through it, and ends it; so often. */
    private static final String CYCLE = """
            import json, socket, sys
            start = open(sys.argv[2], 'rb').read(); version = json.loads(start)['version']
            def ask(line):
                s = socket.socket(socket.AF_UNIX); s.settimeout(30); s.connect(sys.argv[1]); s.sendall(line)
                answers = [json.loads(each) for each in s.makefile('rb')]
                s.close()
                if not answers or not answers[-1]['ok']: sys.exit(str(answers))
                return answers
            host, port = sys.argv[3].split(':')
            for _ in range(int(sys.argv[4])):
                ready = [a['ready'] for a in ask(start) if 'ready' in a][0]
                s = socket.create_connection((host, int(port)), 10); s.settimeout(10)
                s.sendall(b'\\x05\\x01\\x00'); s.recv(2)
                s.sendall(b'\\x05\\x01\\x00\\x03\\x08echo.lab\\x00\\x50'); s.recv(10)
                s.sendall(b'GET / HTTP/1.1\\r\\nHost: echo\\r\\n\\r\\n')
                if b' 200 ' not in s.recv(65536): sys.exit('no answer')
                s.close()
                ask(json.dumps({'version': version, 'command': 'stop', 'session': ready, 'reason': 'cycle'}).encode() + b'\\n')
            print('done')
            """;

    @TempDir
    Path scratch;

    private World world;
    private Commands kubetun;

    @Test
    void aHundredSessionsLeaveTheKernelAsItWas() throws Exception {
        try (World opened = World.open(scratch)) {
            world = opened;
            kubetun = new Commands(world);
            // Keeps the kernel from ending between two others.
            kubetun.start("proxy-out", "--detach", "--name", "stays", "--listen-socks", "127.0.0.1:0");
            Path request = writtenDown();
            cycle(request, WARM_UP);
            Figures before = figures(Integer.MAX_VALUE);
            long start = System.nanoTime();
            cycle(request, CYCLES);
            double seconds = (System.nanoTime() - start) / 1e9;
            Figures after = figures(before.descriptors());
            System.out.printf("%d cycles in %.1f s: %s, then %s%n", CYCLES, seconds, before, after);
            assertThat(kubetun.ids()).hasSize(1);
            assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + FEW);
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
            assertThat(after.heapKilobytes()).isLessThan(before.heapKilobytes() * 105 / 100);
            assertThat(after.files()).isEqualTo(before.files());
        }
    }

    private Path writtenDown() throws Exception {
        Path request = world.home().resolve("request");
        String folder = world.home().resolve("relay").toString();
        world.sure("mkdir", "-p", "-m", "700", folder + "/kubetun");
        List<String> relay =
                List.of("python3", "-c", RELAY, folder + "/kubetun/kernel.sock", kubetun.socket(), request.toString());
        try (Running relaying = new Running(world.asUser(relay, Map.of()))) {
            relaying.awaitLine("listening", Duration.ofSeconds(10));
            String id =
                    kubetun.start(Map.of("XDG_RUNTIME_DIR", folder), "proxy-out", "--detach", "--listen-socks", SOCKS);
            kubetun.run("disconnect", id);
        }
        return request;
    }

    private void cycle(Path request, int times) throws Exception {
        List<String> command =
                List.of("python3", "-c", CYCLE, kubetun.socket(), request.toString(), SOCKS, Integer.toString(times));
        Result result = new Running(world.asUser(command, Map.of())).await(Duration.ofMinutes(5));
        assertThat(result.output()).endsWith("done");
    }

    /** What the kernel holds without garbage, once its descriptors are no more than they were. */
    private Figures figures(long descriptors) throws Exception {
        long pid = world.kernel().orElseThrow().pid();
        if (descriptors != Integer.MAX_VALUE) {
            Await.until(() -> ProcessSize.of(pid).descriptors() <= descriptors, Duration.ofSeconds(20));
        }
        // The first collection lets cleaners run, whose work the second one collects.
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        long heap = Pattern.compile("(?m)^ *(?:DefNew|Tenured) [^\\n]* used (\\d+)K")
                .matcher(jcmd(pid, "GC.heap_info"))
                .results()
                .mapToLong(used -> Long.parseLong(used.group(1)))
                .sum();
        assertThat(heap).isPositive();
        ProcessSize size = ProcessSize.of(pid);
        return new Figures(
                size.threads(),
                size.descriptors(),
                heap,
                files(world.home().resolve(".local/state")) + files(world.runtimeFolder()),
                size.residentKilobytes());
    }

    private static String jcmd(long pid, String command) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Result result = new Running(new ProcessBuilder(jcmd, Long.toString(pid), command)).await(World.PATIENCE);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    private static long files(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.count();
        }
    }

    /**
     * What a kernel holds.
     *
     * @param threads of the operating system
     * @param descriptors open files and sockets
     * @param heapKilobytes what a collection leaves
     * @param files files and folders of its user's state and runtime folder
     * @param residentKilobytes memory, for people
     */
    private record Figures(long threads, long descriptors, long heapKilobytes, long files, long residentKilobytes) {}
}
