package io.kubetun.host.tun;

import io.kubetun.host.program.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One of Apple's own commands with all its arguments. Addresses and routes are changed by them rather than by structures of
 * the kernel: what was done can be read in a message, and be typed.
 *
 * @param words the command's path and its arguments
 */
record MacCommand(List<String> words) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What route(8) says on stderr where it fails; its status is 0 nevertheless. */
    private static final String ROUTE_FAILED = "writing to routing socket: ";

    MacCommand {
        words = List.copyOf(words);
    }

    static MacCommand of(String... words) {
        return new MacCommand(List.of(words));
    }

    /** Runs it and returns what it printed; throws with its own words if it failed. */
    String run() throws IOException {
        Program.Ended ended = new Program(words, PATIENCE).run();
        check(ended.status(), ended.printed());
        return ended.printed();
    }

    /** Tells by its status, and by its words, whether it did what it should. */
    static void check(int status, String output) throws IOException {
        int failed = output.indexOf(ROUTE_FAILED);
        if (failed >= 0) {
            throw new IOException(output.substring(failed + ROUTE_FAILED.length())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip());
        }
        if (status != 0) {
            String said = output.strip().replace('\n', ' ');
            throw new IOException(said.isEmpty() ? "it ended with status " + status : said);
        }
    }

    /** As it is typed. */
    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
