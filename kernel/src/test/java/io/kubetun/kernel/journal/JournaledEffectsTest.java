package io.kubetun.kernel.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournaledEffectsTest {
    @TempDir
    private Path folder;

    private final EventBus events = new EventBus();

    @AfterEach
    void closeBus() {
        events.close();
    }

    @Test
    void undoesInReverseOrderAndLeavesNothing() throws Exception {
        JournaledEffects effects = effects();
        List<String> order = new ArrayList<>();
        effects.apply(new Recorded("a", order));
        effects.apply(new Recorded("b", order));
        effects.apply(new Recorded("c", order));
        effects.apply(new Recorded("a", order));
        assertThat(effects.undoAll()).isEmpty();
        assertThat(order).containsExactly("+a", "+b", "+c", "+a", "-a", "-c", "-b");
        assertThat(journalFiles()).isEmpty();
    }

    @Test
    void writesTheIntentionBeforeTheChange() throws Exception {
        JournaledEffects effects = effects();
        Path file = folder.resolve("changed");
        Effect looking = new Recorded("x", new ArrayList<>()) {
            @Override
            public void apply() throws KubetunException {
                assertThat(records()).hasSize(1).first().satisfies(record -> {
                    assertThat(record.op()).isEqualTo(JournalRecord.Op.INTEND);
                    assertThat(record.kind()).isEqualTo("recorded");
                });
                new FileEffect(file, "text").apply();
            }
        };
        effects.apply(looking);
        assertThat(file).exists();
        assertThat(records()).extracting(JournalRecord::op).last().isEqualTo(JournalRecord.Op.APPLIED);
    }

    @Test
    void keepsTheJournalToItsUserAndLockedWhileItLives() throws Exception {
        JournaledEffects effects = effects();
        effects.apply(new FileEffect(folder.resolve("changed"), "text"));
        for (Path file : journalFiles()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journals())))
                .isEqualTo("rwx------");
        Path lock = journalFiles().stream()
                .filter(file -> file.toString().endsWith(".lock"))
                .findFirst()
                .orElseThrow();
        try (FileChannel other = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> tryLock(other)).isInstanceOf(OverlappingFileLockException.class);
        }
    }

    @Test
    void makesNoChangeThatCannotBeWritten() throws Exception {
        Files.writeString(journals(), "a file where the folder should be");
        Path file = folder.resolve("changed");
        assertThatExceptionOfType(KubetunException.class)
                .isThrownBy(() -> effects().apply(new FileEffect(file, "text")))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.HOST_CHANGE))
                .withMessageContaining("df -h");
        assertThat(file).doesNotExist();
    }

    @Test
    void makesNoChangeThatIsTooLargeForAJournal() throws Exception {
        Effect huge = new FileEffect(folder.resolve("changed"), "x".repeat(JournalFormat.MAX_RECORD));
        JournaledEffects effects = effects();
        assertThatExceptionOfType(KubetunException.class).isThrownBy(() -> effects.apply(huge));
        assertThat(folder.resolve("changed")).doesNotExist();
        effects.apply(new FileEffect(folder.resolve("small"), "text"));
        assertThat(effects.undoAll()).isEmpty();
    }

    @Test
    void keepsTheEarlierChangeWhenALaterOneOfTheSameKeyIsRefused() throws Exception {
        JournaledEffects effects = effects();
        Path file = folder.resolve("changed");
        effects.apply(new FileEffect(file, "first"));
        assertThatExceptionOfType(KubetunException.class).isThrownBy(() -> effects.apply(new RefusedEffect(file)));
        assertThat(file).hasContent("first");
        assertThat(new Repair(copy(), List.of(new FileEffect.Type())).plan().undone())
                .extracting(RepairReport.Change::preview)
                .containsExactly("write first into changed");
        assertThat(effects.undoAll()).isEmpty();
        assertThat(file).doesNotExist();
    }

    @Test
    void aChangeThatIsKeptStaysAndIsForgotten() throws Exception {
        JournaledEffects effects = effects();
        Effect change = new FileEffect(folder.resolve("changed"), "text");
        effects.apply(change);
        effects.keep(change);
        assertThat(new Repair(copy(), List.of(new FileEffect.Type())).plan().undone())
                .isEmpty();
        assertThat(effects.undoAll()).isEmpty();
        assertThat(folder.resolve("changed")).hasContent("text");
        assertThat(journalFiles()).isEmpty();
    }

    @Test
    void takesBackWhatBrokeOffInTheMiddle() throws Exception {
        JournaledEffects effects = effects();
        List<String> order = new ArrayList<>();
        Effect half = new Recorded("half", order) {
            @Override
            public void apply() throws KubetunException {
                super.apply();
                throw new IllegalStateException("expected by this test");
            }
        };
        assertThatThrownBy(() -> effects.apply(half)).isInstanceOf(IllegalStateException.class);
        assertThat(order).containsExactly("+half", "-half");
        assertThat(effects.undoAll()).isEmpty();
        assertThat(order).hasSize(2);
    }

    @Test
    void reportsWhatCannotBeUndoneAndUndoesTheRest() throws Exception {
        JournaledEffects effects = effects();
        Path first = folder.resolve("first");
        Path stuck = folder.resolve("stuck");
        effects.apply(new FileEffect(first, "text"));
        effects.apply(new FileEffect(stuck, "text"));
        Files.delete(stuck);
        Files.createDirectories(stuck.resolve("not-empty"));
        assertThat(effects.undoAll()).hasSize(1);
        assertThat(first).doesNotExist();
        assertThat(journalFiles()).isNotEmpty();
        Files.delete(stuck.resolve("not-empty"));
        RepairReport report = new Repair(copy(), List.of(new FileEffect.Type())).run();
        assertThat(report.undone()).hasSize(1);
        assertThat(report.problems()).isEmpty();
        assertThat(stuck).doesNotExist();
    }

    @Test
    void makesWhatTheHelperKeepsWithoutARecord() throws Exception {
        JournaledEffects effects = effects();
        Path file = folder.resolve("changed");
        effects.apply(new FileEffect(file, "text", true));
        assertThat(file).exists();
        assertThat(journals()).doesNotExist();
        assertThat(effects.undoAll()).isEmpty();
        assertThat(file).doesNotExist();
        JournaledEffects helper = JournaledEffects.ofHelper("a1b2", journals(), events);
        helper.apply(new FileEffect(file, "text", true));
        assertThat(records()).hasSize(2);
        helper.undoAll();
    }

    @Test
    void takesOneBackBeforeTheEnd() throws Exception {
        JournaledEffects effects = effects();
        FileEffect effect = new FileEffect(folder.resolve("changed"), "text");
        effects.apply(effect);
        effects.undo(effect);
        assertThat(effect.file()).doesNotExist();
        assertThat(new Repair(copy(), List.of(new FileEffect.Type())).run().isEmpty())
                .isTrue();
        assertThat(effects.undoAll()).isEmpty();
        assertThatExceptionOfType(KubetunException.class).isThrownBy(() -> effects.apply(effect));
    }

    @Test
    void staysSmallOverManyChangesOfOneKey() throws Exception {
        JournaledEffects effects = effects();
        Path file = folder.resolve("changed");
        String large = "x".repeat(10_000);
        for (int i = 0; i < 100; i++) {
            effects.apply(new FileEffect(file, large + i));
        }
        long size = journalFiles().stream()
                .mapToLong(path -> path.toFile().length())
                .sum();
        assertThat(size).isLessThan(Journal.LARGE + 50_000);
        assertThat(new Repair(copy(), List.of(new FileEffect.Type())).plan().undone())
                .hasSize(1)
                .first()
                .satisfies(change -> assertThat(change.preview()).contains("99 into"));
        assertThat(effects.undoAll()).isEmpty();
    }

    private JournaledEffects effects() {
        return JournaledEffects.ofSession("a1b2", journals(), events);
    }

    private Path journals() {
        return folder.resolve("journal");
    }

    private List<Path> journalFiles() throws IOException {
        try (Stream<Path> files = Files.list(journals())) {
            return files.toList();
        }
    }

    private List<JournalRecord> records() {
        try {
            for (Path file : journalFiles()) {
                if (file.toString().endsWith(".journal")) {
                    return JournalFormat.decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                            .records();
                }
            }
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The journals as another process finds them after a crash at this moment. */
    private Path copy() throws IOException {
        return CrashedJournals.copy(journals(), folder.resolve("copy"));
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        return channel.tryLock();
    }

    private static class Recorded implements Effect {
        private final String key;
        private final List<String> order;

        Recorded(String key, List<String> order) {
            this.key = key;
            this.order = order;
        }

        @Override
        public String kind() {
            return "recorded";
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public String preview() {
            return key;
        }

        @Override
        public Map<String, String> data() {
            return Map.of();
        }

        @Override
        public boolean keptByHelper() {
            return false;
        }

        @Override
        public void apply() throws KubetunException {
            order.add("+" + key);
        }

        @Override
        public void undo() {
            order.add("-" + key);
        }
    }

    private record RefusedEffect(Path file) implements Effect {
        @Override
        public String kind() {
            return FileEffect.KIND;
        }

        @Override
        public String key() {
            return file.toString();
        }

        @Override
        public String preview() {
            return "refused";
        }

        @Override
        public Map<String, String> data() {
            return Map.of();
        }

        @Override
        public boolean keptByHelper() {
            return false;
        }

        @Override
        public void apply() throws KubetunException {
            throw new KubetunException(ErrorCode.HOST_CHANGE, "refused", "by this test", "Nothing.");
        }

        @Override
        public void undo() {
            throw new IllegalStateException("was never applied");
        }
    }
}
