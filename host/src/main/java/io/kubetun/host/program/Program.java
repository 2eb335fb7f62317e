package io.kubetun.host.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the system with its arguments. It gets no input, and is killed when its time is up. Immutable; running it
 * blocks.
 *
 * @param words its path, or a name to be looked for by the PATH, and its arguments
 * @param patience how long it may take
 */
public record Program(List<String> words, Duration patience) {
    /** Takes a copy. */
    public Program {
        words = List.copyOf(words);
    }

    /**
     * What a program left.
     *
     * @param status 0 if it did what it should; not 0 if it was killed
     * @param printed what it printed, in UTF-8
     */
    public record Ended(int status, String printed) {}

    /**
     * Runs it to its end.
     *
     * @return how it ended, with what it printed to stdout and stderr in the order of their coming
     * @throws IOException if it is not there, or the wait for it was interrupted
     */
    public Ended run() throws IOException {
        return run(new ProcessBuilder(words).redirectErrorStream(true));
    }

    /**
     * Runs it to its end, and lets go of what it prints to stderr.
     *
     * @return how it ended, with what it printed to stdout
     * @throws IOException if it is not there, or the wait for it was interrupted
     */
    public Ended runForStdout() throws IOException {
        return run(new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD));
    }

    private Ended run(ProcessBuilder builder) throws IOException {
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Thread limit = Thread.ofVirtual().start(() -> end(process));
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            limit.join();
            return new Ended(process.waitFor(), printed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void end(Process process) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
