package io.kubetun.host.hosts;

import io.kubetun.host.files.Backups;
import io.kubetun.host.files.Reasons;
import io.kubetun.host.files.SharedFile;
import io.kubetun.host.natives.Users;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A hosts file that is changed under a lock which all kubetuns of this machine share (flock(2) on the file itself), and
 * as a whole: replaced by a new file, or written in place where it is a mount point. Its mode, owner and extended
 * attributes stay. Safe for use by several threads and processes; blocks.
 */
public final class HostsFile {
    private final Path file;
    private final Path backups;

    /**
     * Names a file; touches nothing yet.
     *
     * @param file the file, usually {@code /etc/hosts}; may be a symlink of root's
     * @param backups where its original is kept once, as {@code hosts.original}, and a copy while it is written in
     *     place; made when needed
     */
    HostsFile(Path file, Path backups) {
        this.file = file.toAbsolutePath().normalize();
        this.backups = backups;
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
     * Says whose blocks are in a hosts file.
     *
     * @param file the file
     * @return the ids of sessions
     * @throws IOException if it cannot be read
     */
    public static Set<String> owners(Path file) throws IOException {
        return HostsText.owners(Files.readAllBytes(file));
    }

    /**
     * Returns where root keeps originals, and with it the helper.
     *
     * @return {@code /var/lib/kubetun}
     */
    public static Path backupsOfRoot() {
        return Backups.OF_ROOT;
    }

    /** Returns the lines of each owner that has a block or a line. */
    Map<String, List<String>> blocks() throws KubetunException {
        try {
            byte[] text = Files.readAllBytes(file);
            Map<String, List<String>> blocks = new TreeMap<>();
            HostsText.owners(text).forEach(owner -> blocks.put(owner, HostsText.lines(text, owner)));
            return blocks;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Returns the lines of somebody else in an owner's block; none if the file cannot be read. */
    List<String> foreign(String owner) {
        try {
            return HostsText.foreign(Files.readAllBytes(file), owner);
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** Takes the blocks of some owners away, in one step. */
    void removeAll(Set<String> owners) throws KubetunException {
        try {
            rewrite(text -> without(text, owners));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Writes the blocks of those owners that have none, in one step. A file that is gone needs no change. */
    void putMissing(Map<String, List<String>> blocks) throws KubetunException {
        try {
            rewrite(text -> {
                Set<String> there = HostsText.owners(text);
                byte[] whole = text;
                for (Map.Entry<String, List<String>> block : blocks.entrySet()) {
                    whole = there.contains(block.getKey())
                            ? whole
                            : HostsText.with(whole, block.getKey(), block.getValue());
                }
                return whole;
            });
        } catch (NoSuchFileException e) {
            return;
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
        new SharedFile(file, new Backups(backups, "hosts", file))
                .rewrite(edit, text -> without(text, HostsText.owners(text)));
    }

    private static byte[] without(byte[] text, Set<String> owners) {
        byte[] left = text;
        for (String owner : owners) {
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
