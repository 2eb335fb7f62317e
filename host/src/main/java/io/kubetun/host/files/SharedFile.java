package io.kubetun.host.files;

import io.kubetun.host.natives.FileLock;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A file of the system that is changed under a lock which all kubetuns of this machine share (flock(2) on the file
 * itself), and as a whole: replaced by a new file, or written in place where it is a mount point. Its mode, owner and
 * extended attributes stay. Safe for use by several threads and processes; blocks.
 *
 * @param file its absolute path; may be a symlink of root's or of this user's
 * @param backups where its original is kept once, and a copy while it is written in place
 */
public record SharedFile(Path file, Backups backups) {
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);

    /**
     * Changes it; of no effect if the text stays as it is.
     *
     * @param edit gives the new text
     * @param original gives the text without what kubetuns wrote, to be kept for people
     * @throws IOException if it cannot be read or written
     * @throws KubetunException if somebody else holds its lock
     */
    public void rewrite(UnaryOperator<byte[]> edit, UnaryOperator<byte[]> original)
            throws IOException, KubetunException {
        Path real = Symlinks.resolve(file);
        Replacement replacement = new Replacement(real, backups);
        Optional<FileLock> held = FileLock.acquire(real, LOCK_PATIENCE);
        if (held.isEmpty()) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot change " + file,
                    "another process has held its lock for " + LOCK_PATIENCE.toSeconds() + " s",
                    "See who with: fuser -v " + real);
        }
        FileLock lock = held.get();
        try {
            replacement.recover();
            byte[] before = Files.readAllBytes(real);
            byte[] after = edit.apply(before);
            if (!Arrays.equals(before, after)) {
                backups.keepOriginal(original.apply(before));
                replacement.write(before, after);
            }
        } finally {
            lock.close();
        }
    }
}
