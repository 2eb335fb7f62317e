package io.kubetun.host.files;

import io.kubetun.host.natives.ExtendedAttributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a file new content: by a new file in its place, or, where that cannot be (a mount point, a folder that may not
 * be written, hard links), by writing into it after a copy was synced to disk. Used under the file's lock.
 *
 * @param file the file, no symlink
 * @param backups where the copy goes
 */
record Replacement(Path file, Backups backups) {
    /** Completes or takes back what a writer that died left half done. */
    void recover() throws IOException {
        deleteQuietly(fresh());
        Path copy = backups.inPlaceCopy();
        if (Files.exists(copy)) {
            Optional<TornWrite> torn = TornWrite.decode(Files.readAllBytes(copy));
            if (torn.isPresent() && torn.get().explains(Files.readAllBytes(file))) {
                overwrite(torn.get().before());
            }
            Files.deleteIfExists(copy);
        }
    }

    void write(byte[] before, byte[] after) throws IOException {
        if (!replace(after)) {
            backups.write(backups.inPlaceCopy(), new TornWrite(before, after).encode());
            try {
                overwrite(after);
            } catch (IOException e) {
                restore(before, e);
                throw e;
            } finally {
                Files.deleteIfExists(backups.inPlaceCopy());
            }
        }
    }

    /** Under the lock there is one writer, so one name is enough and a dead writer's file is found again. */
    private Path fresh() {
        return file.resolveSibling("." + file.getFileName() + ".kubetun-new");
    }

    private boolean replace(byte[] content) {
        Path fresh = fresh();
        try {
            Map<String, Object> like = Files.readAttributes(file, "unix:uid,gid,mode,nlink", LinkOption.NOFOLLOW_LINKS);
            if ((Integer) like.get("nlink") != 1) {
                return false;
            }
            try (FileChannel out = FileChannel.open(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                writeFully(out, 0, content, 0);
                makeAlike(fresh, like);
                out.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            deleteQuietly(fresh);
            return false;
        }
        syncFolder();
        return true;
    }

    private void makeAlike(Path fresh, Map<String, Object> like) throws IOException {
        Map<String, Object> now = Files.readAttributes(fresh, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        for (String owner : new String[] {"gid", "uid"}) {
            if (!like.get(owner).equals(now.get(owner))) {
                Files.setAttribute(fresh, "unix:" + owner, like.get(owner), LinkOption.NOFOLLOW_LINKS);
            }
        }
        Files.setAttribute(fresh, "unix:mode", like.get("mode"), LinkOption.NOFOLLOW_LINKS);
        ExtendedAttributes.copy(file, fresh);
    }

    /** Bytes that stay are not written, so that an unfinished write harms as little as can be. */
    private void overwrite(byte[] content) throws IOException {
        try (FileChannel out =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            byte[] now = Files.readAllBytes(file);
            int same = Arrays.mismatch(now, content);
            if (same >= 0) {
                writeFully(out, same, content, same);
            }
            out.truncate(content.length);
            out.force(true);
        }
    }

    private void restore(byte[] before, IOException failure) {
        try {
            overwrite(before);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void writeFully(FileChannel out, long position, byte[] content, int from) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content, from, content.length - from);
        long at = position;
        while (bytes.hasRemaining()) {
            at += out.write(bytes, at);
        }
    }

    private void syncFolder() {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
            folder.force(true);
        } catch (IOException e) {
            // Some file systems have no sync for folders; the file itself is on disk.
        }
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Not ours to delete: then the new file cannot be made either, and the old one is written in place.
        }
    }
}
