package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What breaks on a real cluster, and how {@code proxy-out} takes it. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class ProxyOutFaultsTest {
    private static final String SOCKS = "127.0.0.1:11081";

    @TempDir
    Path scratch;

    private LabWorld lab;
    private Running proxy;
    private Socks socks;

    @BeforeEach
    void start() throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.alone();
        proxy = lab.kubetun("proxy-out", "--listen-socks", SOCKS);
        proxy.awaitLine("Ready", Duration.ofSeconds(30));
        socks = new Socks(lab, SOCKS);
    }

    @AfterEach
    void stop() {
        proxy.close();
        lab.close();
    }

    @Test
    void aRollingRestartCostsOnlyTheRequestsInFlightOnTheDyingPods() throws Exception {
        // 8 clients, a request each in flight at most: two pods die, so no more than 16 may fail.
        Path script = lab.home().resolve("load.py");
        Files.writeString(script, LOAD);
        try (Running load = new Running(lab.asUser(List.of("python3", script.toString(), "20"), Map.of()))) {
            load.awaitLine("started", Duration.ofSeconds(10));
            lab.kubectl("-n", "lab", "rollout", "restart", "deployment/echo");
            lab.kubectl("-n", "lab", "rollout", "status", "deployment/echo", "--timeout=120s");
            Result result = load.await(Duration.ofMinutes(1));
            System.out.println("rolling restart: " + result.output().replace("\n", " "));
            String[] figures = result.output().lines().toList().getLast().split(" ", -1);
            assertThat(Integer.parseInt(figures[1]))
                    .as("requests that succeeded")
                    .isGreaterThan(500);
            assertThat(Integer.parseInt(figures[3])).as("requests that failed").isLessThanOrEqualTo(16);
            assertThat(Double.parseDouble(figures[5]))
                    .as("longest time without a success, s")
                    .isLessThan(1.0);
        }
    }

    private static final String LOAD = """
            import socket, sys, threading, time
            done, failed, last, gap = 0, 0, time.monotonic(), 0.0
            lock = threading.Lock()
            end = time.monotonic() + float(sys.argv[1])
            def once():
                s = socket.create_connection(('127.0.0.1', 11081), 5)
                try:
                    s.settimeout(5)
                    s.sendall(b'\\x05\\x01\\x00'); s.recv(2)
                    s.sendall(b'\\x05\\x01\\x00\\x03\\x08echo.lab\\x00\\x50')
                    if s.recv(10)[1] != 0: raise OSError('reply')
                    s.sendall(b'GET / HTTP/1.1\\r\\nHost: echo\\r\\n\\r\\n')
                    data = b''
                    while not data.endswith(b'}\\n'):
                        more = s.recv(65536)
                        if not more: raise OSError('cut')
                        data += more
                    if b' 200 ' not in data[:20]: raise OSError('answer')
                finally:
                    s.close()
            def client():
                global done, failed, last, gap
                while time.monotonic() < end:
                    try:
                        once(); ok = True
                    except OSError:
                        ok = False
                    with lock:
                        if ok:
                            now = time.monotonic(); gap = max(gap, now - last); last = now; done += 1
                        else:
                            failed += 1
            print('started', flush=True)
            threads = [threading.Thread(target=client) for _ in range(8)]
            [t.start() for t in threads]; [t.join() for t in threads]
            print('done', done, 'failed', failed, 'gap', round(gap, 3))
            """;

    @Test
    void theApiServerIsAwayForTenSeconds() throws Exception {
        assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
        lab.whileAway("kube-apiserver", () -> {
            long away = System.nanoTime();
            String code = Integer.toString(socks.connect("echo.lab", 80).code());
            // The time without a server is what is tested: there is nothing to wait for.
            Await.until(() -> System.nanoTime() - away > Duration.ofSeconds(10).toNanos(), Duration.ofSeconds(15));
            assertThat(code).isNotEqualTo("0");
            assertThat(proxy.alive()).isTrue();
            return code;
        });
        long back = System.nanoTime();
        Await.until(() -> socks.tryCurl("--max-time", "1", "http://echo.lab/").status() == 0, Duration.ofSeconds(30));
        double seconds = (System.nanoTime() - back) / 1e9;
        System.out.printf("API server back: first flow after %.2f s%n", seconds);
        assertThat(seconds).isLessThan(2.0);
    }

    @Test
    void aReaderThatStallsDoesNotSlowItsNeighbour() throws Exception {
        String pod = lab.podIp("echo");
        double alone = download(pod, false);
        double beside = download(pod, true);
        System.out.printf("neighbour of a stalled reader: %.0f MB/s, alone %.0f MB/s%n", beside, alone);
        assertThat(beside).isGreaterThan(0.9 * alone);
    }

    /** MB/s of one download over 3 s, with or without another flow whose reader has stalled. */
    private double download(String pod, boolean stalled) throws Exception {
        String script = """
                import socket, sys, time
                def flow():
                    s = socket.create_connection(('127.0.0.1', 11081), 10)
                    host = sys.argv[1].encode()
                    s.sendall(b'\\x05\\x01\\x00'); s.recv(2)
                    s.sendall(b'\\x05\\x01\\x00\\x03' + bytes([len(host)]) + host + (19).to_bytes(2, 'big')); s.recv(10)
                    return s
                if sys.argv[2] == 'true':
                    slow = flow(); slow.recv(1)
                fast = flow()
                buffer = bytearray(1 << 20)
                def run(seconds):
                    start, n = time.monotonic(), 0
                    while time.monotonic() - start < seconds:
                        n += fast.recv_into(buffer)
                    return n / 1e6 / (time.monotonic() - start)
                run(1.5)
                rates = sorted(run(1) for _ in range(5))
                print(rates[2])
                """;
        return Double.parseDouble(
                lab.python(script, pod, Boolean.toString(stalled)).strip());
    }
}
