package io.kubetun.host.natives;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * An exclusive lock on a file itself, by flock(2): it holds between threads as well as between processes, needs no
 * more than the right to read the file, leaves nothing behind, and ends with the process. Java's own lock is fcntl's,
 * which any close of the same file in this process would release.
 *
 * <p>Because writers replace the file, a lock counts only if the path still leads to the file that was locked.
 */
public final class FileLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(5);

    private static final String OPEN_FILES = Platform.isLinux() ? "/proc/self/fd" : "/dev/fd";

    private final int descriptor;

    private FileLock(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Takes the lock.
     *
     * @param file an existing file, no symlink
     * @param patience how long to try
     * @return the held lock, or empty if somebody else held it all the time
     * @throws IOException if the file cannot be opened or locked
     */
    public static Optional<FileLock> acquire(Path file, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<FileLock> lock = attempt(file);
            if (lock.isPresent() || System.nanoTime() - deadline > 0) {
                return lock;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private static Optional<FileLock> attempt(Path file) throws IOException {
        int descriptor = Posix.open(file.toString(), Posix.O_RDONLY | Posix.O_CLOEXEC);
        if (descriptor < 0) {
            throw switch (Native.getLastError()) {
                case Errno.ENOENT -> new NoSuchFileException(file.toString());
                case Errno.EACCES -> new AccessDeniedException(file.toString());
                default -> NativeException.last("open " + file);
            };
        }
        boolean held = false;
        try {
            if (Posix.flock(descriptor, Posix.LOCK_EX | Posix.LOCK_NB) == 0) {
                held = inode(Path.of(OPEN_FILES, Integer.toString(descriptor))).equals(inode(file));
            } else if (Native.getLastError() != Errno.EAGAIN && Native.getLastError() != Errno.EINTR) {
                throw NativeException.last("flock " + file);
            }
        } finally {
            if (!held) {
                Posix.close(descriptor);
            }
        }
        return held ? Optional.of(new FileLock(descriptor)) : Optional.empty();
    }

    /** An inode's number is not used again while the file is open, so comparing numbers is enough. */
    private static Map<String, Object> inode(Path file) throws IOException {
        return Files.readAttributes(file, "unix:dev,ino");
    }

    @Override
    public void close() {
        Posix.close(descriptor);
    }
}
