package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than anybody should ask for: a limit that is told, and no growth. */
class LimitsTest {
    private static final String SOCKS = "127.0.0.1:11095";

    @TempDir
    Path scratch;

    @Test
    void tenThousandConnectionsOpenedAndLeft() throws Exception {
        try (World world = World.open(scratch);
                Running proxy = world.kubetun("proxy-out", "--listen-socks", SOCKS)) {
            proxy.awaitLine("Ready", Duration.ofSeconds(30));
            Socks socks = new Socks(world, SOCKS);
            assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            String script = """
                    import resource, socket
                    resource.setrlimit(resource.RLIMIT_NOFILE, (10500, 10500)) if resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 10500 or resource.getrlimit(resource.RLIMIT_NOFILE)[1] == -1 else None
                    limit = min(10000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
                    held, refused = [], 0
                    while len(held) + refused < 10000:
                        try:
                            s = socket.create_connection(('127.0.0.1', 11095), 5); s.send(b'\\x05')
                            held.append(s)
                        except OSError:
                            refused += 1
                        if len(held) >= limit:
                            for s in held[:1000]: s.close()
                            del held[:1000]
                            limit += 0
                            refused += 1000
                    print('opened', len(held) + refused)
                    """;
            List<String> lines = world.sure("python3", "-c", script).lines().toList();
            assertThat(lines.getLast()).startsWith("opened");
            assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(proxy.alive()).isTrue();
        }
    }

    @Test
    void garbageIsHungUpOn() throws Exception {
        try (World world = World.open(scratch);
                Running proxy = world.kubetun("proxy-out", "--listen-socks", SOCKS)) {
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
            assertThat(world.sure("python3", "-c", script)).contains("ended");
            assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(proxy.output()).doesNotContain("\tat ");
        }
    }
}
