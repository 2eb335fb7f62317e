package io.kubetun.kernel.journal;

import io.kubetun.kernel.journal.RepairReport.Change;
import io.kubetun.kernel.journal.RepairReport.Problem;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Takes back what dead sessions left: reads their journals, leaves those of living ones alone (their files are locked),
 * and undoes each change that is not known to be undone, the last one first. Stateless; two at the same time do not
 * touch the same file.
 */
public final class Repair {
    /** Bytes of a journal that are read; what is beyond is damage, no journal is so large. */
    static final long MAX_FILE = 64L * 1024 * 1024;

    /** Where the last damaged journal is kept, to look at. */
    static final String DAMAGED = "last.damaged";

    private static final Duration LEAST = Duration.ofSeconds(2);

    /** How a change is taken back. */
    private interface Undoing {
        void undo(Effect effect) throws KubetunException;
    }

    private final Path folder;
    private final Map<String, EffectType> types;

    /**
     * Prepares a repair.
     *
     * @param folder where the journals are; need not exist
     * @param types what can restore effects
     */
    public Repair(Path folder, List<EffectType> types) {
        this.folder = folder;
        this.types = types.stream().collect(Collectors.toMap(EffectType::kind, Function.identity(), (a, b) -> a));
    }

    /**
     * Looks only.
     *
     * @return what {@link #run} would undo
     */
    public RepairReport plan() {
        return over(Optional.empty());
    }

    /**
     * Undoes what is left, in the time that a start has for it.
     *
     * @return what was undone, and what could not be
     */
    public RepairReport run() {
        return over(Optional.of(Effect::undo));
    }

    /**
     * Undoes what is left, for somebody who waits for it.
     *
     * @param patience how long all of it may wait for what is slow to answer; each change is given a start's time at least
     * @return what was undone, and what could not be
     */
    public RepairReport run(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        return over(Optional.of(effect -> {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (left.compareTo(LEAST) > 0) {
                effect.undo(left);
            } else {
                effect.undo();
            }
        }));
    }

    private RepairReport over(Optional<Undoing> undo) {
        List<Change> undone = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        try {
            for (JournalFile file : JournalFile.in(folder)) {
                if (!file.isOfThisProcess()) {
                    repair(file, undo, undone, problems);
                }
            }
            if (undo.isPresent()) {
                JournalFile.removeDeadLocks(folder);
            }
        } catch (IOException e) {
            problems.add(unreadable("cannot look for journals in " + folder, e));
        }
        return new RepairReport(undone, problems);
    }

    private void repair(JournalFile file, Optional<Undoing> undo, List<Change> undone, List<Problem> problems) {
        try (FileChannel lock =
                FileChannel.open(file.lockPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                return;
            }
            JournalFormat.Content content = read(file);
            boolean whole = content.damaged() == 0 || (content.damaged() == 1 && content.torn());
            boolean all = true;
            for (JournalRecord left : left(content.records()).reversed()) {
                all &= undo(file, left, undo, undone, problems);
            }
            if (!whole) {
                problems.add(damaged(file, content, undo.isPresent() && all));
            }
            if (undo.isPresent() && all) {
                discard(file, whole);
            }
        } catch (NoSuchFileException endedMeanwhile) {
            // Its session was alive and has just ended; the lock was made anew by looking.
            deleteQuietly(file.lockPath());
        } catch (IOException e) {
            problems.add(unreadable("cannot repair by the journal " + file.path(), e));
        }
    }

    private Problem damaged(JournalFile file, JournalFormat.Content content, boolean moves) {
        Path stays = moves ? folder.resolve(DAMAGED) : file.path();
        return new Problem(
                ErrorCode.STATE_UNREADABLE,
                "the journal " + file.path() + " is damaged in " + places(content.damaged()) + "; "
                        + content.records().size() + " records of it are whole and were used",
                "See whether the others name a change that is still there: strings " + stays);
    }

    private static String places(int count) {
        return count == 1 ? "one place" : count + " places";
    }

    private static Problem unreadable(String what, IOException e) {
        String why = e instanceof AccessDeniedException ? "it may not be read" : String.valueOf(e.getMessage());
        Path path = e instanceof AccessDeniedException denied && denied.getFile() != null
                ? Path.of(denied.getFile())
                : Path.of("");
        return new Problem(
                ErrorCode.STATE_UNREADABLE,
                what + ": " + why,
                path.toString().isEmpty()
                        ? "Try again: kubetun repair"
                        : "See who may: ls -ld " + path.getParent() + " " + path);
    }

    /** Says whether nothing of the change is left to do. */
    private boolean undo(
            JournalFile file,
            JournalRecord record,
            Optional<Undoing> undoing,
            List<Change> undone,
            List<Problem> problems) {
        EffectType type = types.get(record.kind());
        if (type == null) {
            problems.add(new Problem(
                    ErrorCode.PLUGIN_UNKNOWN,
                    "nothing here can undo a " + record.kind() + ": " + record.preview(),
                    "Put back the plugin that made it (kubetun plugins lists those there are), then: kubetun repair"));
            return false;
        }
        try {
            Effect effect = type.restore(record.key(), record.data());
            List<String> kept = effect.changedByOthers();
            if (undoing.isPresent()) {
                undoing.get().undo(effect);
            }
            undone.add(new Change(file.session(), record.kind(), record.key(), record.preview(), kept));
            return true;
        } catch (KubetunException e) {
            problems.add(new Problem(
                    e.code(), "cannot undo \"" + record.preview() + "\": " + e.what() + ": " + e.why(), e.next()));
        } catch (RuntimeException e) {
            problems.add(new Problem(
                    ErrorCode.INTERNAL,
                    "cannot undo \"" + record.preview() + "\": " + e,
                    "See what the journal says: strings " + file.path()));
        }
        return false;
    }

    /** The changes that are not known to be undone, each as it was made last, in the order of the last making. */
    private static List<JournalRecord> left(List<JournalRecord> records) {
        LinkedHashMap<EffectId, JournalRecord> left = new LinkedHashMap<>();
        for (JournalRecord record : records) {
            left.remove(record.id());
            if (record.op() != JournalRecord.Op.UNDONE) {
                left.put(record.id(), record);
            }
        }
        return List.copyOf(left.sequencedValues());
    }

    /** Removes a journal that is done with; a damaged one is kept once, to look at. */
    private void discard(JournalFile file, boolean whole) throws IOException {
        Files.deleteIfExists(file.freshPath());
        if (whole) {
            Files.deleteIfExists(file.path());
        } else {
            Files.move(file.path(), folder.resolve(DAMAGED), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(file.lockPath());
        Journal.syncFolder(folder);
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException stays) {
            // An empty file, which the next repair tries to remove again.
        }
    }

    /** Reads from a mapping, so that a large file needs no heap. */
    private static JournalFormat.Content read(JournalFile file) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(size, MAX_FILE));
            JournalFormat.Content content = JournalFormat.decode(bytes);
            return size <= MAX_FILE
                    ? content
                    : new JournalFormat.Content(content.records(), content.damaged() + 1, false);
        }
    }
}
