package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than anybody should ask for: a limit that is told, and no growth. */
class LimitsTest {
    private static final String SOCKS = "127.0.0.1:11095";

    /** Threads that a virtual thread's carrier may add, and descriptors of a connection to a pod. */
    private static final int FEW = 5;

    /** Kilobytes. */
    private static final int FIRST_GROWTH = 60_000;
    /** Kilobytes. */
    private static final int LATER_GROWTH = 20_000;

    @TempDir
    Path scratch;

    private static final String HOLD = """
            import resource, socket, signal
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            held, refused = [], 0
            for _ in range(10000):
                try:
                    s = socket.create_connection(('127.0.0.1', 11095), 5); s.send(b'\\x05')
                    held.append(s)
                except OSError:
                    refused += 1
            print('opened', len(held), 'refused', refused, flush=True)
            signal.pause()
            """;

    @Test
    void tenThousandConnectionsOpenedAndLeft() throws Exception {
        try (World world = World.open(scratch);
                Running proxy = world.kubetun("proxy-out", "--foreground", "--listen-socks", SOCKS)) {
            proxy.awaitLine("Ready", Duration.ofSeconds(30));
            Socks socks = new Socks(world, SOCKS);
            assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            ProcessSize start = settled(proxy);
            // The first times make buffers and compile code, which stay; from then on nothing may grow.
            ProcessSize first = openAndLeave(world, socks, proxy, start);
            ProcessSize second = openAndLeave(world, socks, proxy, start);
            ProcessSize third = openAndLeave(world, socks, proxy, start);
            ProcessSize fourth = openAndLeave(world, socks, proxy, start);
            System.out.printf("10,000 connections: %s, then %s, %s, %s, %s%n", start, first, second, third, fourth);
            assertThat(fourth.threads()).isLessThanOrEqualTo(start.threads() + FEW);
            assertThat(first.residentKilobytes()).isLessThan(start.residentKilobytes() + FIRST_GROWTH);
            assertThat(fourth.residentKilobytes()).isLessThan(second.residentKilobytes() + LATER_GROWTH);
        }
    }

    /** The size without garbage, on the heap or in the native allocator. */
    private static ProcessSize settled(Running proxy) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        for (String command : List.of("GC.run", "System.trim_native_heap")) {
            Result result = new Running(new ProcessBuilder(jcmd, Long.toString(proxy.pid()), command))
                    .await(Duration.ofSeconds(20));
            assertThat(result.status()).as(result.output()).isZero();
        }
        return ProcessSize.of(proxy.pid());
    }

    /** Opens them, leaves them, and gives the size of the proxy after they are gone and it serves as before. */
    private static ProcessSize openAndLeave(World world, Socks socks, Running proxy, ProcessSize start)
            throws Exception {
        try (Running client = new Running(world.asUser(List.of("python3", "-c", HOLD), Map.of()))) {
            System.out.println(client.awaitLine("opened", Duration.ofMinutes(1)));
            assertThat(proxy.alive()).isTrue();
        }
        Await.until(
                () -> ProcessSize.of(proxy.pid()).descriptors() <= start.descriptors() + FEW, Duration.ofSeconds(20));
        assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
        assertThat(proxy.output()).doesNotContain("\tat ");
        return settled(proxy);
    }

    @Test
    void garbageIsHungUpOn() throws Exception {
        try (World world = World.open(scratch);
                Running proxy = world.kubetun("proxy-out", "--foreground", "--listen-socks", SOCKS)) {
            proxy.awaitLine("Ready", Duration.ofSeconds(30));
            String script = """
                    import os, socket
                    for i in range(300):
                        s = socket.create_connection(('127.0.0.1', 11095), 5); s.settimeout(15)
                        try:
                            s.sendall(os.urandom(1 + i)); s.shutdown(socket.SHUT_WR)
                            while s.recv(65536): pass
                        except ConnectionError:
                            pass
                        s.close()
                    print('ended')
                    """;
            assertThat(world.python(script)).contains("ended");
            assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(proxy.output()).doesNotContain("\tat ");
        }
    }
}
