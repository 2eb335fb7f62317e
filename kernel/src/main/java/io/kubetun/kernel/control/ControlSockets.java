package io.kubetun.kernel.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The folder of control sockets: one socket a kernel, named by its process. Only its user may look into it. */
final class ControlSockets {
    /** Kernels of one process; tests have several. */
    private static final int MAX_PER_PROCESS = 64;

    private static final Pattern NAME = Pattern.compile("(\\d+)(-\\d+)?\\.sock");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SOCKET = PosixFilePermissions.fromString("rw-------");

    private final Path folder;

    ControlSockets(Path folder) {
        this.folder = folder;
    }

    /** Opens the socket of this process's next kernel. */
    Bound bind() throws IOException {
        prepareFolder();
        long pid = ProcessHandle.current().pid();
        for (int n = 0; n < MAX_PER_PROCESS; n++) {
            Path path = folder.resolve(n == 0 ? pid + ".sock" : pid + "-" + n + ".sock");
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(path));
                Files.setPosixFilePermissions(path, SOCKET);
                return new Bound(server, path);
            } catch (IOException e) {
                server.close();
                throw e;
            }
        }
        throw new IOException("this process has " + MAX_PER_PROCESS + " kernels");
    }

    /** Lists the sockets of living processes; those of dead ones are removed. */
    List<Path> living() throws IOException {
        List<Path> sockets = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, "*.sock")) {
            for (Path path : names) {
                Optional<Long> pid = pid(path);
                if (pid.isPresent() && ProcessHandle.of(pid.get()).isPresent()) {
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

    private void prepareFolder() throws IOException {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // Below a shared folder such as /tmp somebody else may have been first.
        if (!attributes.isDirectory() || !isOurs(attributes)) {
            throw new IOException(folder + " belongs to somebody else");
        }
        if (!attributes.permissions().equals(FOLDER)) {
            Files.setPosixFilePermissions(folder, FOLDER);
        }
    }

    private static boolean isOurs(PosixFileAttributes attributes) throws IOException {
        Path probe = Path.of("/proc/self");
        return !Files.exists(probe) || attributes.owner().equals(Files.getOwner(probe.toRealPath()));
    }

    private static Optional<Long> pid(Path socket) {
        Matcher name = NAME.matcher(socket.getFileName().toString());
        return name.matches() ? Optional.of(Long.parseLong(name.group(1))) : Optional.empty();
    }

    /**
     * An open socket.
     *
     * @param server listens
     * @param path where
     */
    record Bound(ServerSocketChannel server, Path path) {}
}
