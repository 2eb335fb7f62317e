package io.kubetun.kernel.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that sets rules, as the image has it or the machine.
 *
 * @param program where it is
 * @param first what it is always told first: some are several programs in one
 */
record Tool(Path program, List<String> first) {
    private static final List<String> PLACES = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin");
    private static final long LIMIT_SECONDS = 20;

    /** What it has said and how it ended. */
    record Answer(int code, String text) {
        boolean isGood() {
            return code == 0;
        }
    }

    static Optional<Tool> find(String name, String... first) {
        return PLACES.stream()
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> new Tool(path, List.of(first)));
    }

    /** Runs it. Blocks. */
    Answer run(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.of(Stream.of(program.toString()), first.stream(), Stream.of(arguments))
                .flatMap(each -> each)
                .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // It ended without reading all of it; its answer says why.
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(program + " does not end");
        }
        return new Answer(process.exitValue(), said);
    }
}
