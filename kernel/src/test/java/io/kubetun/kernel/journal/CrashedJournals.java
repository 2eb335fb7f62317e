package io.kubetun.kernel.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Journals as they are found after a crash: copied, under the name of a process that is no more. */
final class CrashedJournals {
    /** No process of this system ever has this id and start. */
    static final String NAME = "a1b2.4194305-1.journal";

    private CrashedJournals() {}

    static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        List<Path> journals;
        try (Stream<Path> files = Files.list(from)) {
            journals =
                    files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
        for (Path journal : journals) {
            Files.write(to.resolve(NAME), Files.readAllBytes(journal));
        }
        return to;
    }
}
