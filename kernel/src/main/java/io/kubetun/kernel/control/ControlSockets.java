package io.kubetun.kernel.control;

import io.kubetun.kernel.flow.ThisUser;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of control sockets, which only its user may look into: {@code kernel.sock} of the background kernel, and one
 * named by its process of each kernel that lives in a command.
 */
final class ControlSockets {
    /** Kernels of one process; tests have several. */
    private static final int MAX_PER_PROCESS = 64;

    private static final String BACKGROUND = "kernel.sock";
    private static final Pattern NAME = Pattern.compile("(\\d+)(-\\d+)?\\.sock");
    private static final Pattern TRANSIENT = Pattern.compile("kubeconfig-(\\d+)-.*");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private final Path folder;

    ControlSockets(Path folder) {
        this.folder = folder;
    }

    /** Where the background kernel listens, if there is one. */
    Path background() {
        return folder.resolve(BACKGROUND);
    }

    /** Finds a path for this process's next kernel. */
    Path own() throws IOException {
        prepareFolder();
        long pid = ProcessHandle.current().pid();
        for (int n = 0; n < MAX_PER_PROCESS; n++) {
            Path path = folder.resolve(n == 0 ? pid + ".sock" : pid + "-" + n + ".sock");
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return path;
            }
        }
        throw new IOException("this process has " + MAX_PER_PROCESS + " kernels");
    }

    /**
     * Becomes the one background kernel of this user, and takes away the socket of one that died.
     *
     * @return the lock, held as long as it is open; empty if another process has it
     */
    Optional<FileLock> takeBackground() throws IOException {
        prepareFolder();
        FileChannel file =
                FileChannel.open(folder.resolve("kernel.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            file.close();
            return Optional.empty();
        }
        Files.deleteIfExists(background());
        deleteTransients();
        return Optional.of(lock);
    }

    /** Copies that a session would have deleted at its end; those of a caller that lives are for the next one. */
    private void deleteTransients() throws IOException {
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder, "kubeconfig-*-*")) {
            for (Path copy : copies) {
                Matcher name = TRANSIENT.matcher(copy.getFileName().toString());
                if (name.matches() && !isAlive(Long.parseLong(name.group(1)))) {
                    Files.deleteIfExists(copy);
                }
            }
        }
    }

    /** Lists the sockets of living processes; those of dead ones are removed. */
    List<Path> living() throws IOException {
        List<Path> sockets = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, "*.sock")) {
            for (Path path : names) {
                Optional<Long> pid = pid(path);
                if (pid.isEmpty() ? path.endsWith(BACKGROUND) : isAlive(pid.get())) {
                    sockets.add(path);
                } else if (pid.isPresent()) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (NoSuchFileException nobody) {
            return List.of();
        }
        return sockets;
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }

    Path prepareFolder() throws IOException {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // Below a shared folder such as /tmp somebody else may have been first.
        if (!attributes.isDirectory() || !isOurs()) {
            throw new IOException(folder + " belongs to somebody else");
        }
        if (!attributes.permissions().equals(FOLDER)) {
            Files.setPosixFilePermissions(folder, FOLDER);
        }
        return folder;
    }

    private boolean isOurs() throws IOException {
        OptionalInt user = ThisUser.id();
        return user.isEmpty()
                || Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(user.getAsInt());
    }

    private static Optional<Long> pid(Path socket) {
        Matcher name = NAME.matcher(socket.getFileName().toString());
        return name.matches() ? Optional.of(Long.parseLong(name.group(1))) : Optional.empty();
    }
}
