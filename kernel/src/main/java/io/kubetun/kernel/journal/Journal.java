package io.kubetun.kernel.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * An append-only file of records, one a session. A record that {@link #append} returned from is on the disk. A second
 * file beside it, which is never replaced, is locked while the session lives, so that a repair leaves both alone. Not
 * safe for use by several threads.
 */
final class Journal implements AutoCloseable {
    /** Bytes of a file above which {@link #isLarge} asks for a rewrite. */
    static final long LARGE = 256 * 1024;

    private final Path folder;
    private final JournalFile file;
    private final FileChannel lock;
    private final KillPoint killPoint;
    private RandomAccessFile data;
    private long seq;
    private long large = LARGE;

    private Journal(Path folder, JournalFile file, FileChannel lock, RandomAccessFile data, KillPoint killPoint) {
        this.folder = folder;
        this.file = file;
        this.lock = lock;
        this.data = data;
        this.killPoint = killPoint;
    }

    /** Creates the journal of a session, in a folder that is created with mode 0700 if need be. */
    static Journal create(Path folder, String session, KillPoint killPoint) throws IOException {
        Files.createDirectories(folder, mode(folder, "rwx------"));
        JournalFile file = JournalFile.ofThisProcess(folder, session);
        FileChannel lock = FileChannel.open(
                file.lockPath(),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                mode(folder, "rw-------"));
        try {
            if (lock.tryLock() == null) {
                throw new IOException(file.lockPath() + " is locked by another process");
            }
            killPoint.step("before creating the journal");
            Journal journal = new Journal(folder, file, lock, open(file.path()), killPoint);
            try {
                syncFolder(folder);
                return journal;
            } catch (IOException e) {
                journal.data.close();
                Files.delete(file.path());
                throw e;
            }
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    Path path() {
        return file.path();
    }

    long nextSeq() {
        return seq + 1;
    }

    /** Writes a record and syncs it. After an exception the file is as it was before. */
    void append(JournalRecord record) throws IOException {
        byte[] bytes = JournalFormat.encode(record);
        if (bytes.length > JournalFormat.MAX_RECORD) {
            throw new IOException("a record of " + bytes.length + " bytes is larger than a journal takes");
        }
        long end = data.length();
        try {
            data.write(bytes, 0, bytes.length / 2);
            killPoint.step("in the middle of recording " + record.op() + " of " + record.id());
            data.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
            data.getFD().sync();
            seq = record.seq();
        } catch (IOException e) {
            data.setLength(end);
            data.seek(end);
            throw e;
        }
    }

    boolean isLarge() throws IOException {
        return data.length() > large;
    }

    /** Replaces the file by one with only these records, at once or not at all. */
    void rewrite(List<JournalRecord> records) throws IOException {
        Path fresh = file.freshPath();
        Files.deleteIfExists(fresh);
        RandomAccessFile next = open(fresh);
        try {
            for (JournalRecord record : records) {
                next.write(JournalFormat.encode(record));
            }
            next.getFD().sync();
            Files.move(fresh, file.path(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
        data.close();
        data = next;
        large = Math.max(LARGE, 2 * data.length());
        syncFolder(folder);
    }

    /** Removes the files: nothing is left to undo. */
    void remove() throws IOException {
        killPoint.step("before removing the journal");
        Files.deleteIfExists(file.path());
        killPoint.step("after removing the journal");
        Files.deleteIfExists(file.lockPath());
        syncFolder(folder);
        close();
    }

    /** Lets go of the files, which stay for a repair. */
    @Override
    public void close() throws IOException {
        data.close();
        lock.close();
    }

    static void syncFolder(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (NoSuchFileException gone) {
            throw new IOException("the folder " + folder + " is gone", gone);
        }
    }

    /** Opens a new, empty file; not as a channel, which the interruption of a thread that writes would close. */
    private static RandomAccessFile open(Path path) throws IOException {
        Files.createFile(path, mode(path, "rw-------"));
        return new RandomAccessFile(path.toFile(), "rw");
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
