package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C on a terminal, which reaches every process of the group: a clean end within a second. */
class CtrlCTest {
    private static final String SOCKS = "127.0.0.1:11096";

    @TempDir
    Path scratch;

    @Test
    void proxyOutEndsWithinASecond() throws Exception {
        try (World world = World.open(scratch);
                Terminal terminal = new Terminal(
                        world,
                        Map.of(),
                        List.of(
                                world.installation().resolve("bin/kubetun").toString(),
                                "proxy-out",
                                "--listen-socks",
                                SOCKS))) {
            terminal.awaitLine("Ready", Duration.ofSeconds(30));
            assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            Terminal.Ended ended = terminal.ctrlC();
            System.out.printf(
                    "proxy-out: ended %d ms after Ctrl-C%n", ended.after().toMillis());
            assertThat(ended.result().status()).isEqualTo(130);
            assertThat(ended.result().output())
                    .contains("Nothing is left behind")
                    .doesNotContain("\tat ");
            assertThat(ended.after()).isLessThan(Duration.ofSeconds(1));
            assertThat(world.run("curl", "-sS", "--max-time", "2", "http://" + SOCKS)
                            .status())
                    .isEqualTo(7);
        }
    }
}
