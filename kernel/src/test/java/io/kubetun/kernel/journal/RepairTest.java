package io.kubetun.kernel.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RepairTest {
    @TempDir
    private Path folder;

    private byte[] journal;
    private List<Path> changed;

    /** A session that made three changes, took the first one back, and died. */
    @BeforeEach
    void crash() throws Exception {
        changed = Stream.of("first", "second", "third").map(folder::resolve).toList();
        try (EventBus events = new EventBus()) {
            JournaledEffects effects = JournaledEffects.ofSession("a1b2", folder.resolve("live"), events);
            List<Effect> all = new ArrayList<>();
            for (Path file : changed) {
                all.add(new FileEffect(file, "text"));
                effects.apply(all.getLast());
            }
            effects.undo(all.getFirst());
            journal = Files.readAllBytes(CrashedJournals.copy(folder.resolve("live"), folder.resolve("crashed"))
                    .resolve(CrashedJournals.NAME));
            effects.undoAll();
        }
    }

    @Test
    void undoesWhatWasNotUndone() throws Exception {
        makeChanges();
        Files.writeString(changed.getFirst(), "somebody else's by now");
        Repair.Report report = repair(journal).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone())
                .extracting(Repair.Change::key)
                .containsExactly(changed.get(2).toString(), changed.get(1).toString());
        assertThat(changed.getFirst()).exists();
        assertThat(changed.get(1)).doesNotExist();
        assertThat(changed.get(2)).doesNotExist();
        assertThat(crashedFiles()).isEmpty();
        assertThat(repair().run().isEmpty()).isTrue();
    }

    @Test
    void plansWithoutTouching() throws Exception {
        makeChanges();
        assertThat(repair(journal).plan().undone()).hasSize(2);
        assertThat(changed.get(1)).exists();
        assertThat(crashedFiles()).contains(CrashedJournals.NAME);
    }

    /** A crash at each byte of the writing: nothing that was made is forgotten, as its intention was whole before. */
    @Test
    void survivesACutAtEachByte() throws Exception {
        List<JournalRecord> all = JournalFormat.decode(ByteBuffer.wrap(journal)).records();
        for (int length = 0; length <= journal.length; length++) {
            byte[] cut = Arrays.copyOf(journal, length);
            JournalFormat.Content content = JournalFormat.decode(ByteBuffer.wrap(cut));
            assertThat(content.records())
                    .isEqualTo(all.subList(0, content.records().size()));
            assertThat(content.damaged() == 0 || content.torn()).isTrue();
            if (length % 50 == 0) {
                makeChanges();
                Repair.Report report = repair(cut).run();
                assertThat(report.problems()).as("cut at %d", length).isEmpty();
                long intended = content.records().stream()
                        .filter(record -> record.op() == JournalRecord.Op.INTEND)
                        .count();
                boolean firstUndone =
                        content.records().stream().anyMatch(record -> record.op() == JournalRecord.Op.UNDONE);
                assertThat(report.undone()).hasSize((int) intended - (firstUndone ? 1 : 0));
                assertThat(crashedFiles()).isEmpty();
            }
        }
    }

    @Test
    void usesAllWholeRecordsWhenABitIsFlipped() throws Exception {
        List<JournalRecord> all = JournalFormat.decode(ByteBuffer.wrap(journal)).records();
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] flipped = journal.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            JournalFormat.Content content = JournalFormat.decode(ByteBuffer.wrap(flipped));
            assertThat(content.records()).hasSize(all.size() - 1).allMatch(all::contains);
            assertThat(content.damaged()).isEqualTo(1);
        }
    }

    @Test
    void reportsDamageAndKeepsTheFileToLookAt() throws Exception {
        makeChanges();
        byte[] flipped = journal.clone();
        flipped[20] ^= 1;
        Repair.Report report = repair(flipped).run();
        assertThat(report.undone()).hasSize(2);
        assertThat(report.problems()).singleElement().asString().contains("damaged");
        assertThat(crashedFiles()).containsExactly("last.damaged");
        assertThat(repair().run().isEmpty()).isTrue();
    }

    @Test
    void keepsTheJournalWhenNothingCanUndoAChange() throws Exception {
        makeChanges();
        Path crashed = write(journal);
        Repair.Report report = new Repair(crashed, List.of()).run();
        assertThat(report.undone()).isEmpty();
        assertThat(report.problems()).hasSize(2);
        assertThat(crashedFiles()).contains(CrashedJournals.NAME);
        assertThat(repair().run().undone()).hasSize(2);
    }

    @Test
    void isQuickAndQuietWhereNothingIs() {
        assertThat(new Repair(folder.resolve("none"), List.of()).run().isEmpty())
                .isTrue();
    }

    @Test
    void leavesTheJournalOfALivingProcessAlone() throws Exception {
        makeChanges();
        Path crashed = write(journal);
        Process living = lockInAnotherProcess(crashed.resolve(CrashedJournals.NAME + ".lock"));
        try {
            assertThat(repair().run().isEmpty()).isTrue();
            assertThat(changed.get(1)).exists();
        } finally {
            living.destroy();
            assertThat(living.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(repair().run().undone()).hasSize(2);
    }

    @Test
    void leavesTheJournalsOfItsOwnProcessAlone() throws Exception {
        try (EventBus events = new EventBus()) {
            JournaledEffects effects = JournaledEffects.ofSession("c3d4", folder.resolve("own"), events);
            effects.apply(new FileEffect(changed.getFirst(), "text"));
            assertThat(new Repair(folder.resolve("own"), List.of(new FileEffect.Type()))
                            .run()
                            .isEmpty())
                    .isTrue();
            assertThat(changed.getFirst()).exists();
            effects.undoAll();
        }
    }

    private static Process lockInAnotherProcess(Path lock) throws Exception {
        Path classes = Path.of(LockHolder.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        // Surefire patches the tests into the module, whose location is that of its main classes.
        Path tests = classes.resolveSibling("test-classes");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(), "-cp", tests.toString(), LockHolder.class.getName(), lock.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("locked");
        return process;
    }

    private void makeChanges() throws IOException {
        for (Path file : changed) {
            Files.writeString(file, "text");
        }
    }

    private Repair repair(byte[] content) throws IOException {
        write(content);
        return repair();
    }

    private Repair repair() {
        return new Repair(folder.resolve("crashed"), List.of(new FileEffect.Type()));
    }

    private Path write(byte[] content) throws IOException {
        Files.write(folder.resolve("crashed").resolve(CrashedJournals.NAME), content);
        return folder.resolve("crashed");
    }

    private List<String> crashedFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("crashed"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
