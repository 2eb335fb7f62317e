package io.kubetun.kernel.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.io.RandomAccessFile;
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
        RepairReport report = repair(journal).run();
        assertThat(report.problems()).isEmpty();
        assertThat(report.undone())
                .extracting(RepairReport.Change::key)
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
                RepairReport report = repair(cut).run();
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
    void usesAllWholeRecordsWhicheverBitIsFlipped() {
        List<JournalRecord> all = JournalFormat.decode(ByteBuffer.wrap(journal)).records();
        for (int bit = 0; bit < journal.length * 8; bit++) {
            byte[] flipped = journal.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            JournalFormat.Content content = JournalFormat.decode(ByteBuffer.wrap(flipped));
            assertThat(content.records())
                    .as("bit %d", bit)
                    .hasSize(all.size() - 1)
                    .allMatch(all::contains);
            assertThat(content.damaged()).isEqualTo(1);
        }
    }

    /** Each change has two records at least, so one that is lost loses no change; at most one is undone again. */
    @Test
    void undoesAllWhicheverByteIsDamaged() throws Exception {
        for (int at = 0; at < journal.length; at += 3) {
            makeChanges();
            byte[] damaged = journal.clone();
            damaged[at] = (byte) ~damaged[at];
            RepairReport report = repair(damaged).run();
            assertThat(report.undone()).as("byte %d", at).hasSizeBetween(2, 3);
            assertThat(changed.get(1)).doesNotExist();
            assertThat(changed.get(2)).doesNotExist();
            boolean tornEnd = report.problems().isEmpty();
            assertThat(crashedFiles()).hasSize(tornEnd ? 0 : 1);
            Files.deleteIfExists(folder.resolve("crashed").resolve(Repair.DAMAGED));
        }
    }

    @Test
    void anEmptyJournalIsOfASessionThatHadChangedNothing() throws Exception {
        assertThat(repair(new byte[0]).run().isEmpty()).isTrue();
        assertThat(crashedFiles()).isEmpty();
    }

    @Test
    void rubbishIsReportedAndMovedAside() throws Exception {
        byte[] rubbish = new byte[200_000];
        new Random(1).nextBytes(rubbish);
        byte[] both = ByteBuffer.allocate(rubbish.length + journal.length)
                .put(rubbish)
                .put(journal)
                .array();
        makeChanges();
        RepairReport report = repair(both).run();
        assertThat(report.undone()).hasSize(2);
        assertThat(report.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.STATE_UNREADABLE);
            assertThat(problem.next()).contains("strings ").contains(Repair.DAMAGED);
        });
        assertThat(crashedFiles()).containsExactly(Repair.DAMAGED);
    }

    @Test
    void ofAHugeJournalTheBeginningIsUsed() throws Exception {
        makeChanges();
        Path crashed = write(journal);
        try (RandomAccessFile file =
                new RandomAccessFile(crashed.resolve(CrashedJournals.NAME).toFile(), "rw")) {
            file.setLength(Repair.MAX_FILE * 100);
        }
        RepairReport report = repair().run();
        assertThat(report.undone()).hasSize(2);
        assertThat(report.problems()).singleElement().asString().contains("damaged");
        assertThat(crashedFiles()).containsExactly(Repair.DAMAGED);
    }

    @Test
    void locksOfTheDeadGoAndThoseOfTheLivingStay() throws Exception {
        Path crashed = folder.resolve("crashed");
        Path dead = Files.createFile(crashed.resolve("d4.4194305-1.journal.lock"));
        Path living =
                Files.createFile(crashed.resolve("d4." + ProcessHandle.current().pid() + "-1.journal.lock"));
        Files.delete(crashed.resolve(CrashedJournals.NAME));
        assertThat(repair().run().isEmpty()).isTrue();
        assertThat(dead).doesNotExist();
        assertThat(living).exists();
    }

    @Test
    void saysWhatIsKeptAsSomebodyChangedIt() throws Exception {
        makeChanges();
        Files.writeString(changed.get(1), "somebody's");
        assertThat(repair(journal).plan().undone())
                .extracting(RepairReport.Change::kept)
                .containsExactly(List.of(), List.of("the text \"somebody's\""));
    }

    @Test
    void aFolderThatMayNotBeReadIsAProblemWithANextStep() throws Exception {
        Path file = Files.writeString(folder.resolve("no-folder"), "");
        assertThat(new Repair(file, List.of()).run().problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.STATE_UNREADABLE));
    }

    @Test
    void reportsDamageAndKeepsTheFileToLookAt() throws Exception {
        makeChanges();
        byte[] flipped = journal.clone();
        flipped[20] ^= 1;
        RepairReport report = repair(flipped).run();
        assertThat(report.undone()).hasSize(2);
        assertThat(report.problems()).singleElement().asString().contains("damaged");
        assertThat(crashedFiles()).containsExactly("last.damaged");
        assertThat(repair().run().isEmpty()).isTrue();
    }

    @Test
    void keepsTheJournalWhenNothingCanUndoAChange() throws Exception {
        makeChanges();
        Path crashed = write(journal);
        RepairReport report = new Repair(crashed, List.of()).run();
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
