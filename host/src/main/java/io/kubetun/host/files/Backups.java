package io.kubetun.host.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubetun.host.natives.Users;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is kept of a system file elsewhere: its original, and a copy while it is written in place. */
public final class Backups {
    /** The state folder of the machine. */
    public static final Path OF_ROOT = Path.of("/var/lib/kubetun");

    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);

    private final Path folder;
    private final String name;
    private final String suffix;

    /**
     * Names the places; touches nothing yet.
     *
     * @param folder where they are, made when needed
     * @param name what the file is called in {@code /etc}
     * @param file the file itself, which may be another one
     */
    public Backups(Path folder, String name, Path file) {
        this.folder = folder;
        this.name = name;
        this.suffix = file.equals(Path.of("/etc", name)) ? "" : "." + checksum(file.toString());
    }

    /**
     * Returns where backups go if nobody says.
     *
     * @return the state folder of the machine for root, else of the user
     */
    public static Path defaultFolder() {
        if (Users.current() == Users.ROOT) {
            return OF_ROOT;
        }
        String state = System.getenv("XDG_STATE_HOME");
        return state == null || state.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "state", "kubetun")
                : Path.of(state, "kubetun");
    }

    /**
     * Returns where the original is.
     *
     * @return a path in the folder
     */
    public Path original() {
        return folder.resolve(name + ".original" + suffix);
    }

    /**
     * Returns where the copy is while the file is written in place.
     *
     * @return a path in the folder
     */
    public Path inPlaceCopy() {
        return folder.resolve(name + ".in-place" + suffix);
    }

    /** Keeps the original, once. It is for people: that it cannot be kept is no reason not to go on. */
    void keepOriginal(byte[] text) {
        try {
            if (Files.notExists(original())) {
                write(original(), text);
            }
        } catch (IOException e) {
            LOG.warn("cannot keep a copy of {} in {}: {}", name, folder, Reasons.of(e));
        }
    }

    /**
     * Writes a file wholly or not at all, mode 0644.
     *
     * @param target one of these paths
     * @param content what it is to hold
     * @throws IOException if it cannot be written
     */
    public void write(Path target, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
            out.force(true);
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String checksum(String path) {
        CRC32 sum = new CRC32();
        sum.update(path.getBytes(UTF_8));
        return Long.toHexString(sum.getValue());
    }
}
