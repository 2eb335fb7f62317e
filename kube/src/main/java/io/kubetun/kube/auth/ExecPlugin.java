package io.kubetun.kube.auth;

import io.kubetun.kube.config.Login;
import io.kubetun.spi.Progress;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the program that prints credentials. What it writes to its standard error goes to the person who waits: it may
 * ask them to log in.
 *
 * @param settings what the kubeconfig says of it
 * @param progress where its messages go
 */
record ExecPlugin(Login.Exec settings, Progress progress) {
    /** A login in a browser takes a while; after this the program is ended. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** How long its output may still come after its end: a child of it may hold the pipe open for ever. */
    private static final int LATE_SECONDS = 5;

    /** Longer output is an error. */
    private static final int MAX_OUTPUT = 1 << 20;

    /** Longer lines of its messages are cut. */
    private static final int MAX_LINE = 500;

    /**
     * Runs it once. Blocks.
     *
     * @return what it printed
     * @throws IOException if it cannot be started, fails or prints something else
     */
    ExecCredential run() throws IOException {
        if (settings.needsTerminal()) {
            throw failure("it works only with a terminal (interactiveMode: Always)", null);
        }
        Process process = start();
        try {
            process.getOutputStream().close();
            CompletableFuture<String> messages = new CompletableFuture<>();
            CompletableFuture<String> output = new CompletableFuture<>();
            Thread.ofVirtual().name("kubetun-exec-stderr").start(() -> complete(messages, () -> relay(process)));
            Thread.ofVirtual().name("kubetun-exec-stdout").start(() -> complete(output, () -> read(process)));
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failure("it has not ended within " + LIMIT.toMinutes() + " minutes", null);
            }
            String text = output.get(LATE_SECONDS, TimeUnit.SECONDS);
            String last = messages.completeOnTimeout("", LATE_SECONDS, TimeUnit.SECONDS)
                    .get();
            if (process.exitValue() != 0) {
                throw failure(
                        "it ended with status " + process.exitValue() + (last.isEmpty() ? "" : ": " + last), null);
            }
            return ExecCredential.parse(text, settings.apiVersion());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while " + settings + " ran").initCause(e);
        } catch (ExecutionException | TimeoutException e) {
            throw failure("its output cannot be read", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        String command = settings.command();
        if (command.contains(File.separator)) {
            Path path = settings.folder().resolve(command);
            command = path.toString();
        }
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(command);
        builder.command().addAll(settings.arguments());
        // What the launcher set for this JVM alone is not the plugin's.
        for (String name : System.getProperty("kubetun.launcher-variables", "").split(",", -1)) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(settings.environment());
        builder.environment().put("KUBERNETES_EXEC_INFO", info());
        try {
            return builder.start();
        } catch (IOException e) {
            throw failure(
                    "it cannot be started"
                            + settings.installHint()
                                    .map(hint -> ". " + hint.strip())
                                    .orElse(""),
                    e);
        }
    }

    private String info() {
        return "{\"apiVersion\":\"" + settings.apiVersion() + "\",\"kind\":\"ExecCredential\",\"spec\":{"
                + settings.clusterInfo()
                        .map(info -> "\"cluster\":" + info + ",")
                        .orElse("")
                + "\"interactive\":false}}";
    }

    private String read(Process process) throws IOException {
        try (InputStream in = process.getInputStream()) {
            byte[] bytes = in.readNBytes(MAX_OUTPUT + 1);
            if (bytes.length > MAX_OUTPUT) {
                throw new IOException("more than " + MAX_OUTPUT + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private String relay(Process process) throws IOException {
        String last = "";
        try (BufferedReader in = process.errorReader(StandardCharsets.UTF_8)) {
            for (Optional<String> line = line(in); line.isPresent(); line = line(in)) {
                if (!line.get().isBlank()) {
                    last = line.get().strip();
                    progress.step(Path.of(settings.command()).getFileName() + ": " + last);
                }
            }
        }
        return last;
    }

    private static Optional<String> line(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        boolean any = c >= 0;
        while (c >= 0 && c != '\n') {
            if (line.length() < MAX_LINE && !Character.isISOControl(c)) {
                line.append((char) c);
            }
            c = in.read();
        }
        return any ? Optional.of(line.toString()) : Optional.empty();
    }

    private IOException failure(String why, Exception cause) {
        return new IOException("the exec plugin " + settings.command() + " gave no credentials: " + why, cause);
    }

    private static void complete(CompletableFuture<String> future, Reading reading) {
        try {
            future.complete(reading.read());
        } catch (IOException e) {
            future.completeExceptionally(e);
        } catch (UncheckedIOException e) {
            future.completeExceptionally(e.getCause());
        }
    }

    private interface Reading {
        String read() throws IOException;
    }
}
