package io.kubetun.distribution.logging;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The log of a kernel and the full ones before it. Only its user may read them. One process writes, one thread at a
 * time; a file stream and no channel, because an interrupted thread would close that.
 */
final class RotatingFile implements LineSink {
    private final LogFiles files;
    private final long maxBytes;
    private Optional<OutputStream> open = Optional.empty();
    private long size;

    RotatingFile(LogFiles files, long maxBytes) {
        this.files = files;
        this.maxBytes = maxBytes;
    }

    @Override
    public void write(byte[] line) throws IOException {
        if (open.isPresent() && size > 0 && size + line.length > maxBytes) {
            rotate();
        }
        OutputStream out = open.isPresent() ? open.get() : open();
        out.write(line);
        size += line.length;
    }

    @Override
    public void close() throws IOException {
        if (open.isPresent()) {
            open.get().close();
            open = Optional.empty();
        }
    }

    private OutputStream open() throws IOException {
        Files.createDirectories(
                files.folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path file = files.current();
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException there) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(file + " is no regular file", there);
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        size = Files.size(file);
        OutputStream out = new FileOutputStream(file.toFile(), true);
        open = Optional.of(out);
        return out;
    }

    private void rotate() throws IOException {
        close();
        for (int n = LogFiles.COUNT - 1; n > 0; n--) {
            Path from = files.file(n - 1);
            if (Files.exists(from)) {
                Files.move(from, files.file(n), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }
}
