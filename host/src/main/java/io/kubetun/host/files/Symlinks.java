package io.kubetun.host.files;

import io.kubetun.host.natives.Users;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Follows a symlink where its owner can be trusted: root's or one's own, so that nobody else aims our writes. */
final class Symlinks {
    private static final int MAX_LINKS = 8;

    private Symlinks() {}

    static Path resolve(Path file) throws IOException {
        Path real = file;
        for (int links = 0; Files.isSymbolicLink(real); links++) {
            int owner = (Integer) Files.getAttribute(real, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (owner != Users.ROOT && owner != Users.current()) {
                throw new FileSystemException(real.toString(), null, "a symlink that belongs to uid " + owner);
            }
            if (links == MAX_LINKS) {
                throw new FileSystemException(real.toString(), null, "too many symlinks");
            }
            real = real.resolveSibling(Files.readSymbolicLink(real)).normalize();
        }
        if (Files.exists(real, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(real.toString(), null, "not a regular file");
        }
        return real;
    }
}
