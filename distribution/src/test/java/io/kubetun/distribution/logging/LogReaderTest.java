package io.kubetun.distribution.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of a log, written and read on a real disk. */
@Timeout(60)
class LogReaderTest {
    @TempDir
    private Path folder;

    @Test
    void keepsThreeFilesOfALimitedSizeForItsUserOnly() throws Exception {
        LogFiles files = new LogFiles(folder.resolve("log"));
        try (RotatingFile log = new RotatingFile(files, 1000)) {
            for (int i = 0; i < 500; i++) {
                log.write(line(i));
            }
        }
        try (var found = Files.list(files.folder())) {
            List<Path> all = found.toList();
            assertThat(all).hasSize(LogFiles.COUNT);
            for (Path file : all) {
                assertThat(Files.size(file)).isBetween(1L, 1000L);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.folder())))
                .isEqualTo("rwx------");
        List<String> lines = read(files);
        assertThat(lines.getLast()).isEqualTo("line 499");
        assertThat(lines).hasSizeGreaterThan(200).isEqualTo(expected(500 - lines.size(), 500));
    }

    @Test
    void appendsToWhatAnEarlierKernelWrote() throws Exception {
        LogFiles files = new LogFiles(folder);
        for (int i = 0; i < 3; i++) {
            try (RotatingFile log = new RotatingFile(files, 1000)) {
                log.write(line(i));
            }
        }
        assertThat(read(files)).isEqualTo(expected(0, 3));
    }

    @Test
    void followsThroughRotations() throws Exception {
        LogFiles files = new LogFiles(folder);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        CountDownLatch caughtUp = new CountDownLatch(1);
        try (RotatingFile log = new RotatingFile(files, 20_000)) {
            log.write(line(0));
            Thread reader = Thread.ofVirtual().start(() -> follow(files, seen, caughtUp));
            assertThat(caughtUp.await(10, TimeUnit.SECONDS)).isTrue();
            // Each rotation is seen before the next but one: nobody can read what is gone.
            for (int i = 1; i <= 6000; i++) {
                log.write(line(i));
                if (i % 1000 == 0) {
                    awaitLine(seen, i);
                }
            }
            log.write("end\n".getBytes(StandardCharsets.UTF_8));
            reader.join();
        }
    }

    private static void awaitLine(BlockingQueue<String> seen, int last) throws InterruptedException {
        for (int i = last == 1000 ? 0 : last - 999; i <= last; i++) {
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("line " + i);
        }
    }

    private static void follow(LogFiles files, BlockingQueue<String> seen, CountDownLatch caughtUp) {
        try {
            new LogReader(files, line -> seen.add(line) && !line.equals("end")).follow(caughtUp::countDown);
        } catch (Exception e) {
            seen.add("failed: " + e);
        }
    }

    private static List<String> read(LogFiles files) throws Exception {
        List<String> lines = new ArrayList<>();
        new LogReader(files, lines::add).read();
        return lines;
    }

    private static byte[] line(int number) {
        return ("line " + number + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> expected(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
    }
}
