package io.kubetun.host.resolver;

import io.kubetun.host.program.Program;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** systemd-resolved, asked by its own command, which speaks D-Bus. Root finds that where the system keeps it, not by a PATH. */
final class Resolvectl {
    private static final List<Path> PLACES = List.of(Path.of("/usr/bin/resolvectl"), Path.of("/bin/resolvectl"));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Resolvectl() {}

    static Optional<Path> command() {
        return PLACES.stream().filter(Files::isExecutable).findFirst();
    }

    /** Runs it and returns what it printed. */
    static String run(String... arguments) throws KubetunException {
        Path command = command().orElseThrow(() -> failure(arguments, "there is no resolvectl on this machine"));
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        try {
            Program.Ended ended = new Program(line, PATIENCE).run();
            String printed = ended.printed();
            if (ended.status() != 0) {
                throw failure(
                        arguments,
                        printed.isBlank()
                                ? "it did not answer"
                                : printed.strip().replace('\n', ' '));
            }
            return printed;
        } catch (IOException e) {
            throw failure(arguments, String.valueOf(e.getMessage()));
        }
    }

    private static KubetunException failure(String[] arguments, String why) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "systemd-resolved cannot be told to ask for the cluster's names",
                why,
                "Try by hand: sudo resolvectl " + String.join(" ", arguments)
                        + "; or go on without it: --dns-system=false");
    }
}
