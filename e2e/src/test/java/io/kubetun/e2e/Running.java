package io.kubetun.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process that a test started and ends: its output is collected line by line, and can be waited for. */
final class Running implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(20);

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private final String command;

    Running(ProcessBuilder builder) throws IOException {
        command = String.join(" ", builder.command());
        process = builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .start();
        reader = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException closed) {
            // The process was ended from here: its output ends with it.
        } finally {
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    /** Waits for a line that holds the text, and fails with the whole output if the process ends or time passes first. */
    String awaitLine(String text, Duration limit) throws InterruptedException {
        return awaitLine(line -> line.contains(text), "a line with '" + text + "'", limit);
    }

    private String awaitLine(Predicate<String> wanted, String what, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || (!process.isAlive() && !reader.isAlive())) {
                    throw new AssertionError(
                            command + ": no " + what + " in " + limit + "; it printed:\n" + String.join("\n", lines));
                }
                lines.wait(Math.min(left, 200));
            }
        }
    }

    /** Waits for the end and gives all it printed. */
    Result await(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(command + ": still running after " + limit + "; it printed:\n" + output());
        }
        reader.join(END);
        return new Result(process.exitValue(), output());
    }

    /** Waits for the end, which has to be a success, and gives all it printed. */
    String awaitSuccess(Duration limit) throws InterruptedException {
        Result result = await(limit);
        if (result.status() != 0) {
            throw new AssertionError(command + " ended with " + result.status() + ":\n" + result.output());
        }
        return result.output();
    }

    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM to the process itself, as a supervisor sends it, and no waiting. */
    void terminate() {
        // Not by the process itself, which would close what its last lines are read from.
        process.toHandle().destroy();
    }

    /** The same, and waits for the end. */
    Result stop() throws InterruptedException {
        terminate();
        return await(END);
    }

    /** SIGKILL: nothing in the process can react. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The processes that it has started and not left to themselves: a background kernel is none of them. */
    List<ProcessHandle> descendants() {
        return process.descendants()
                .filter(each -> !isKernel(each, Path.of("")))
                .toList();
    }

    @Override
    public void close() {
        descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(END)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a process is a background kernel: it is nobody's child in spirit, and ends by itself. */
    static boolean isKernel(ProcessHandle process, Path installation) {
        try {
            String command = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.UTF_8);
            return command.endsWith("\0kernel\0") && command.contains(installation.toString());
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * What a finished process left.
     *
     * @param status its exit code
     * @param output stdout and stderr
     */
    record Result(int status, String output) {}
}
