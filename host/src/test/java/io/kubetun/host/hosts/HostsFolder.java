package io.kubetun.host.hosts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of a hosts file: one in a folder of its own, with a folder for its backups that is not there yet. */
abstract class HostsFolder {
    static final String ORIGINAL = "127.0.0.1 localhost\r\n::1 x";

    @TempDir
    Path folder;

    Path file;
    Path backups;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.writeString(folder.resolve("hosts"), ORIGINAL);
        backups = folder.resolve("state");
    }

    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
