package io.kubetun.distribution.logging;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One file of a log, open for reading; it stays the same when it is renamed. */
final class OpenLog implements AutoCloseable {
    private final Object identity;
    private final InputStream in;

    private OpenLog(Object identity, InputStream in) {
        this.identity = identity;
        this.in = in;
    }

    /** Opens all files, the oldest first. */
    static List<OpenLog> all(LogFiles files) throws IOException {
        return newerThan(Optional.empty(), files);
    }

    /** Opens the files that were begun after {@code known}; all of them if that is no longer there. */
    static List<OpenLog> newerThan(Optional<OpenLog> known, LogFiles files) throws IOException {
        List<OpenLog> found = new ArrayList<>();
        // From the newest on: a rotation meanwhile shows a file twice, and never hides one.
        for (int age = 0; age < LogFiles.COUNT; age++) {
            Path file = files.file(age);
            try {
                Object identity = identity(file);
                if (known.isPresent() && known.get().identity.equals(identity)) {
                    break;
                }
                if (found.stream().noneMatch(each -> each.identity.equals(identity))) {
                    found.addFirst(new OpenLog(identity, new FileInputStream(file.toFile())));
                }
            } catch (NoSuchFileException | FileNotFoundException none) {
                // Rotated away, or never written.
            }
        }
        return found;
    }

    /** Reads what is there now; 0 or less if there is nothing. */
    int read(byte[] buffer) throws IOException {
        return in.read(buffer);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static Object identity(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file : key;
    }
}
