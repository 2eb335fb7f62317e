package io.kubetun.kernel.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
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
    private FileChannel channel;
    private long seq;
    private long large = LARGE;

    private Journal(Path folder, JournalFile file, FileChannel lock, FileChannel channel) {
        this.folder = folder;
        this.file = file;
        this.lock = lock;
        this.channel = channel;
    }

    /** Creates the journal of a session, in a folder that is created with mode 0700 if need be. */
    static Journal create(Path folder, String session) throws IOException {
        Files.createDirectories(folder, mode(folder, "rwx------"));
        JournalFile file = JournalFile.ofThisProcess(folder, session);
        FileChannel lock = open(file.lockPath());
        try {
            if (lock.tryLock() == null) {
                throw new IOException(file.lockPath() + " is locked by another process");
            }
            FileChannel channel = open(file.path());
            syncFolder(folder);
            return new Journal(folder, file, lock, channel);
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
        ByteBuffer bytes = JournalFormat.encode(record);
        if (bytes.remaining() > JournalFormat.MAX_RECORD) {
            throw new IOException("a record of " + bytes.remaining() + " bytes is larger than a journal takes");
        }
        long end = channel.size();
        try {
            writeAll(channel, bytes);
            channel.force(false);
            seq = record.seq();
        } catch (IOException e) {
            channel.truncate(end);
            channel.position(end);
            throw e;
        }
    }

    boolean isLarge() throws IOException {
        return channel.size() > large;
    }

    /** Replaces the file by one with only these records, at once or not at all. */
    void rewrite(List<JournalRecord> records) throws IOException {
        Path fresh = file.freshPath();
        Files.deleteIfExists(fresh);
        FileChannel next = open(fresh);
        try {
            for (JournalRecord record : records) {
                writeAll(next, JournalFormat.encode(record));
            }
            next.force(true);
            Files.move(fresh, file.path(), StandardCopyOption.ATOMIC_MOVE);
            syncFolder(folder);
        } catch (IOException e) {
            next.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
        channel.close();
        channel = next;
        large = Math.max(LARGE, 2 * channel.size());
    }

    /** Removes the files: nothing is left to undo. */
    void remove() throws IOException {
        Files.deleteIfExists(file.path());
        Files.deleteIfExists(file.lockPath());
        syncFolder(folder);
        close();
    }

    /** Lets go of the files, which stay for a repair. */
    @Override
    public void close() throws IOException {
        channel.close();
        lock.close();
    }

    static void syncFolder(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (NoSuchFileException gone) {
            throw new IOException("the folder " + folder + " is gone", gone);
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode(path, "rw-------"));
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
