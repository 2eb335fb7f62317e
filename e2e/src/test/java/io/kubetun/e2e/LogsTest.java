package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun logs} over the files of a background kernel. */
class LogsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path scratch;

    private World world;
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        world = World.open(scratch);
        // The user's state, on the lab too; the ordinary user only reads.
        folder = Files.createDirectories(world.home().resolve("state/kubetun/log"));
        write("kernel.log.1", """
                2026-11-21T10:00:00.000Z info [aaaa] session: ready: profile one, modes [socks]
                2026-11-21T10:00:01.000Z warning [bbbb] session: lost the watch
                    java.io.IOException: gone
                """);
        write("kernel.log", """
                2026-11-21T10:00:02.000Z info [aaaa] session: ended: stopped
                2026-11-21T10:00:03.000Z info control: said [aaaa] only in its text
                """);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(
                folder.resolve(name),
                text,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private Running logs(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "logs";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return world.kubetun(
                java.util.Map.of("XDG_STATE_HOME", world.home().resolve("state").toString()), all);
    }

    private String printed(String... arguments) throws Exception {
        try (Running logs = logs(arguments)) {
            Result result = logs.await(SOON);
            assertThat(result.status()).isZero();
            return result.output();
        }
    }

    @Test
    void printsAllFilesInOrderOrOneSessionOrTheEnd() throws Exception {
        assertThat(printed().lines()).hasSize(5).first().asString().contains("ready: profile one");
        assertThat(printed("aaaa").lines()).hasSize(2).allMatch(line -> line.contains(" [aaaa] session: "));
        assertThat(printed("bbbb").lines()).hasSize(2).last().asString().contains("java.io.IOException: gone");
        assertThat(printed("--tail", "1").lines()).singleElement().asString().contains("10:00:03");
        assertThat(printed("cccc")).contains("Nothing is logged about session cccc");
    }

    @Test
    void followsThroughARotation() throws Exception {
        try (Running logs = logs("-f", "--tail", "0", "aaaa")) {
            // Whatever is read before the first of these is not printed.
            long end = System.nanoTime() + SOON.toNanos();
            int tick = 0;
            while (!logs.output().contains("tick")) {
                assertThat(System.nanoTime()).isLessThan(end);
                write("kernel.log", "2026-11-21T10:00:04.000Z info [aaaa] session: tick " + tick++ + "\n");
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            }
            write("kernel.log", "2026-11-21T10:00:05.000Z info [aaaa] session: before\n");
            Files.move(folder.resolve("kernel.log.1"), folder.resolve("kernel.log.2"), StandardCopyOption.ATOMIC_MOVE);
            Files.move(folder.resolve("kernel.log"), folder.resolve("kernel.log.1"), StandardCopyOption.ATOMIC_MOVE);
            write("kernel.log", "2026-11-21T10:00:06.000Z info [bbbb] session: not mine\n");
            write("kernel.log", "2026-11-21T10:00:07.000Z info [aaaa] session: after\n");
            logs.awaitLine("session: before", SOON);
            logs.awaitLine("session: after", SOON);
            assertThat(logs.output()).doesNotContain("not mine", "profile one");
        }
    }
}
