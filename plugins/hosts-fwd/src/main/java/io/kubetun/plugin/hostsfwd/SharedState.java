package io.kubetun.plugin.hostsfwd;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A folder of small JSON files that all sessions of a user share, in this process and others: changed under one lock,
 * each file replaced in one step, so that a reader or a crash never sees half of one.
 */
final class SharedState {
    /** Who holds the lock keeps it for a millisecond or so; after this somebody is stuck. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LOCK_RETRY = Duration.ofMillis(2);

    private final Path folder;

    /**
     * Names the folder.
     *
     * @param folder made on first use
     */
    SharedState(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** What is done under the lock. */
    interface Locked<T> {
        T run() throws IOException;
    }

    /**
     * Runs an action while nobody else runs one.
     *
     * @throws IOException if the folder cannot be used, the lock is not free in time, or the action fails
     */
    <T> T locked(Locked<T> action) throws IOException {
        Files.createDirectories(folder);
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = lock(channel)) {
            return action.run();
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + LOCK_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<FileLock> lock = tryLock(channel);
            if (lock.isPresent()) {
                return lock.get();
            }
            LockSupport.parkNanos(LOCK_RETRY.toNanos());
        }
        throw new IOException("the lock " + folder.resolve("lock") + " is held by another session");
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        }
    }

    /**
     * Reads a file.
     *
     * @return its content; empty if it is missing or no JSON
     */
    Map<String, Object> read(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            return ConfigFactory.parseString(Files.readString(file)).root().unwrapped();
        } catch (ConfigException damaged) {
            return Map.of();
        }
    }

    /** Replaces a file. */
    void write(String name, Map<String, ?> content) throws IOException {
        String json = ConfigValueFactory.fromMap(content).render(ConfigRenderOptions.concise());
        Path temporary = folder.resolve(name + ".new");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            }
            ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }
}
