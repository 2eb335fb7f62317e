package io.kubetun.kernel.journal;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.EffectType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Takes back what dead sessions left: reads their journals, leaves those of living ones alone (their files are locked),
 * and undoes each change that is not known to be undone, the last one first. Stateless; two at the same time do not
 * touch the same file.
 */
public final class Repair {
    /** Bytes of a journal that are read; one that is larger is no journal and is left where it is. */
    private static final long MAX_FILE = 256L * 1024 * 1024;

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
    public Report plan() {
        return over(false);
    }

    /**
     * Undoes what is left.
     *
     * @return what was undone, and what could not be
     */
    public Report run() {
        return over(true);
    }

    private Report over(boolean undo) {
        List<Change> undone = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            for (JournalFile file : JournalFile.in(folder)) {
                if (!file.isOfThisProcess()) {
                    repair(file, undo, undone, problems);
                }
            }
        } catch (IOException e) {
            problems.add("cannot read the journals in " + folder + ": " + e.getMessage());
        }
        return new Report(undone, problems);
    }

    private void repair(JournalFile file, boolean undo, List<Change> undone, List<String> problems) {
        try (FileChannel lock =
                FileChannel.open(file.lockPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                return;
            }
            JournalFormat.Content content = JournalFormat.decode(read(file.path()));
            boolean whole = content.damaged() == 0 || (content.damaged() == 1 && content.torn());
            if (!whole) {
                problems.add("the journal " + file.path() + " is damaged in " + content.damaged()
                        + " places; what is whole of it was used");
            }
            boolean all = true;
            for (JournalRecord left : left(content.records()).reversed()) {
                Change change = new Change(file.session(), left.kind(), left.key(), left.preview());
                if (!undo || undo(left, problems)) {
                    undone.add(change);
                } else {
                    all = false;
                }
            }
            if (undo && all) {
                discard(file, whole);
            }
        } catch (NoSuchFileException endedMeanwhile) {
            // Its session was alive and has just ended.
        } catch (IOException e) {
            problems.add("cannot repair by the journal " + file.path() + ": " + e.getMessage());
        }
    }

    private boolean undo(JournalRecord record, List<String> problems) {
        EffectType type = types.get(record.kind());
        if (type == null) {
            problems.add("nothing here can undo a " + record.kind() + ": " + record.preview());
            return false;
        }
        try {
            Effect effect = type.restore(record.key(), record.data());
            effect.undo();
            return true;
        } catch (KubetunException | RuntimeException e) {
            problems.add("cannot undo " + record.preview() + ": " + e.getMessage());
            return false;
        }
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
            Files.move(file.path(), folder.resolve("last.damaged"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(file.lockPath());
        Journal.syncFolder(folder);
    }

    private static ByteBuffer read(Path path) throws IOException {
        if (Files.size(path) > MAX_FILE) {
            throw new IOException("it is larger than a journal can be");
        }
        return ByteBuffer.wrap(Files.readAllBytes(path));
    }

    /**
     * A change of a dead session.
     *
     * @param session the session's id
     * @param kind the effect's kind
     * @param key the effect's key
     * @param preview what it did, for people
     */
    public record Change(String session, String kind, String key, String preview) {}

    /**
     * What a repair did.
     *
     * @param undone what was, or with {@link #plan} would be, taken back
     * @param problems what could not be, a sentence each; its journal stays
     */
    public record Report(List<Change> undone, List<String> problems) {
        /** Takes copies. */
        public Report {
            undone = List.copyOf(undone);
            problems = List.copyOf(problems);
        }

        /**
         * Says whether there was nothing to do.
         *
         * @return true if so
         */
        public boolean isEmpty() {
            return undone.isEmpty() && problems.isEmpty();
        }
    }
}
