package io.kubetun.distribution.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the programs that an image is built with. */
final class Programs {
    private static final long LIMIT_SECONDS = 120;

    private Programs() {}

    /** Runs one and returns what it prints. */
    static String run(List<String> command, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command.getFirst() + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(command.getFirst() + " failed: " + printed.strip());
        }
        return printed;
    }
}
