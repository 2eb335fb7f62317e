package io.kubetun.distribution.command;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Copies, mode 0600, of what can be read only once and only here: a pipe. The session deletes them at its end. */
final class TransientFiles {
    private final Path folder;
    private final List<Path> made = new ArrayList<>();

    /** Takes the folder, which is gone after a reboot and which only its user may look into. */
    TransientFiles(Path folder) {
        this.folder = folder;
    }

    /** The path itself if it is that of an ordinary file or of none, else that of a copy. */
    String readable(String path) throws KubetunException {
        Path file = Path.of(path);
        if (path.isBlank() || !Files.exists(file) || Files.isRegularFile(file) || Files.isDirectory(file)) {
            return path;
        }
        try {
            Path copy = Files.createTempFile(
                    folder,
                    "kubeconfig-" + ProcessHandle.current().pid() + "-",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            made.add(copy);
            Files.write(copy, Files.readAllBytes(file));
            return copy.toString();
        } catch (IOException e) {
            delete();
            throw new KubetunException(
                    ErrorCode.KUBECONFIG_INVALID,
                    "cannot read " + path,
                    e.toString(),
                    "Name an ordinary file: --kubeconfig FILE",
                    e);
        }
    }

    List<Path> made() {
        return List.copyOf(made);
    }

    private void delete() {
        made.forEach(copy -> copy.toFile().delete());
    }
}
