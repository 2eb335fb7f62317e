package io.kubetun.host.helper;

import io.kubetun.host.natives.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the helper's socket. It must be this process's own and writable by nobody else: the socket is given to
 * the user by its path, which nobody may aim elsewhere in between.
 */
final class SocketFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-xr-x");

    private static final Logger LOG = LoggerFactory.getLogger(SocketFolder.class);

    private final Deque<Path> made = new ArrayDeque<>();

    private SocketFolder() {}

    static SocketFolder make(Path folder) throws IOException {
        try {
            return tryMake(folder);
        } catch (NoSuchFileException e) {
            // Another helper that ended took a folder away between the look at it and its use.
            return tryMake(folder);
        }
    }

    private static SocketFolder tryMake(Path folder) throws IOException {
        SocketFolder socketFolder = new SocketFolder();
        try {
            socketFolder.makeMissing(folder);
            requireOwn(folder);
            return socketFolder;
        } catch (IOException e) {
            socketFolder.close();
            throw e;
        }
    }

    /** Takes away what a killed helper of this user has left: the socket, its folder, and that one's if nobody else is there. */
    static void removeLeft(Path socket) {
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
            Files.deleteIfExists(socket.getParent().getParent());
        } catch (IOException others) {
            LOG.debug("{} stays", socket, others);
        }
    }

    private void makeMissing(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        makeMissing(folder.getParent());
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(MODE));
        made.push(folder);
        Files.setPosixFilePermissions(folder, MODE);
    }

    private static void requireOwn(Path folder) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        boolean others =
                mode.contains(PosixFilePermission.GROUP_WRITE) || mode.contains(PosixFilePermission.OTHERS_WRITE);
        Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (others || !owner.equals(Users.current()) || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is not a folder that only uid " + Users.current() + " may write");
        }
    }

    /** Takes away the folders that were made and are empty again. */
    @Override
    public void close() {
        while (!made.isEmpty()) {
            try {
                Files.deleteIfExists(made.pop());
            } catch (IOException e) {
                return;
            }
        }
    }
}
