package io.kubetun.host.hosts;

import io.kubetun.host.natives.FileLock;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A hosts file that is changed under a lock which all kubetuns of this machine share (flock(2) on the file itself), and
 * as a whole: replaced by a new file, or written in place where it is a mount point. Its mode, owner and extended
 * attributes stay. Safe for use by several threads and processes; blocks.
 */
public final class HostsFile {
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);

    private final Path file;
    private final Path backups;

    /**
     * Names a file; touches nothing yet.
     *
     * @param file the file, usually {@code /etc/hosts}; may be a symlink of root's
     * @param backups where its original is kept once, as {@code hosts.original}, and a copy while it is written in
     *     place; made when needed
     */
    public HostsFile(Path file, Path backups) {
        this.file = file.toAbsolutePath().normalize();
        this.backups = backups;
    }

    /**
     * Names a file whose original goes to {@link #defaultBackups}.
     *
     * @param file the file, usually {@code /etc/hosts}
     */
    public HostsFile(Path file) {
        this(file, defaultBackups());
    }

    /**
     * Returns where originals go if nobody says.
     *
     * @return {@code /var/lib/kubetun} for root, else {@code kubetun} in the user's XDG state folder
     */
    public static Path defaultBackups() {
        return Backups.defaultFolder();
    }

    /**
     * Says whose blocks are in the file.
     *
     * @return the ids of sessions
     * @throws IOException if it cannot be read
     */
    public Set<String> owners() throws IOException {
        return HostsText.owners(Files.readAllBytes(file));
    }

    /**
     * Takes away the blocks of all kubetuns, living or dead.
     *
     * @return whose blocks there were
     * @throws KubetunException if the file cannot be changed; it is as it was then
     */
    public Set<String> purge() throws KubetunException {
        try {
            Set<String> owners = HostsText.owners(Files.readAllBytes(file));
            rewrite(text -> withoutAll(text));
            return owners;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Takes an owner's block away. A file that is gone needs no change. */
    void remove(String owner) throws KubetunException {
        try {
            rewrite(text -> HostsText.without(text, owner));
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Writes an owner's block. */
    void put(String owner, List<String> lines) throws KubetunException {
        try {
            rewrite(text -> HostsText.with(text, owner, lines));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void rewrite(UnaryOperator<byte[]> edit) throws IOException, KubetunException {
        Path real = Symlinks.resolve(file);
        Replacement replacement = new Replacement(real, new Backups(backups, file));
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
                replacement.backups().keepOriginal(withoutAll(before));
                replacement.write(before, after);
            }
        } finally {
            lock.close();
        }
    }

    private static byte[] withoutAll(byte[] text) {
        byte[] left = text;
        for (String owner : HostsText.owners(text)) {
            left = HostsText.without(left, owner);
        }
        return left;
    }

    private KubetunException failure(IOException e) {
        boolean root = Users.current() == Users.ROOT;
        if (e instanceof AccessDeniedException && !root) {
            return new KubetunException(
                    ErrorCode.NEEDS_ROOT,
                    "cannot change " + file,
                    Reasons.of(e),
                    "Start kubetun by sudo, or leave the file alone with --no-hosts",
                    e);
        }
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "cannot change " + file,
                Reasons.of(e),
                "Leave the file alone with --no-hosts, or name another one with --hosts-path FILE",
                e);
    }
}
