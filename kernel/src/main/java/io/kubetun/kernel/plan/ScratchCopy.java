package io.kubetun.kernel.plan;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the folders that modes keep their state in, which a mode may change as it likes: what it finds is what the
 * session would find, and what it writes is forgotten.
 */
final class ScratchCopy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchCopy.class);

    private final Path folder;

    private ScratchCopy(Path folder) {
        this.folder = folder;
    }

    static ScratchCopy create() throws KubetunException {
        try {
            return new ScratchCopy(Files.createTempDirectory("kubetun-plan"));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Copies a folder, which need not exist. */
    Path of(Path original, String name) throws KubetunException {
        Path copy = folder.resolve(name);
        try {
            Files.createDirectory(copy);
            if (Files.isDirectory(original)) {
                copy(original, copy);
            }
            return copy;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static void copy(Path original, Path copy) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(original)) {
            all = walk.skip(1).toList();
        }
        for (Path path : all) {
            Path to = copy.resolve(original.relativize(path).toString());
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(to);
            } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(path, to);
            }
        }
    }

    private static KubetunException failure(IOException e) {
        return new KubetunException(
                ErrorCode.STATE_UNREADABLE,
                "cannot copy the state of earlier sessions, which a plan starts from",
                e.toString(),
                "See whether there is space: df -h " + System.getProperty("java.io.tmpdir"),
                e);
    }

    @Override
    public void close() {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("{} stays", folder, e);
        }
    }
}
