package io.kubetun.distribution.command;

import io.kubetun.distribution.Installation;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Finds the background kernel of this user, or starts it. */
record BackgroundKernel(Installation installation, KernelSettings settings) {
    /** What the kernel prints when its control socket is open. */
    static final String READY = "ready";

    /** What it prints when another one has the lock. */
    static final String TAKEN = "taken";

    /** How long a kernel that another command has just started may take. */
    private static final Duration OTHERS_START = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofMillis(10);

    /** The environment of the command is no business of the kernel's, except for what says where things are. */
    private static final Set<String> KEPT = Set.of(
            "HOME",
            "PATH",
            "USER",
            "LOGNAME",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "JAVA_HOME",
            "LOG_LEVEL",
            "XDG_RUNTIME_DIR",
            "XDG_STATE_HOME",
            "XDG_DATA_HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "KUBETUN_JAVA_HOME",
            "KUBETUN_NO_AOT",
            "KUBETUN_HEAP");

    private static final Path SETSID = Path.of("/usr/bin/setsid");

    ControlClient get() throws KubetunException {
        Kernels kernels = new Kernels(settings.runtimeFolder());
        Optional<ControlClient> running = kernels.running();
        if (running.isPresent()) {
            return running.get();
        }
        Path output = output();
        String said = start(output);
        long deadline = System.nanoTime() + (said.equals(TAKEN) ? OTHERS_START.toNanos() : 0);
        while (true) {
            Optional<ControlClient> kernel = kernels.running();
            if (kernel.isPresent()) {
                return kernel.get();
            }
            if (System.nanoTime() >= deadline) {
                throw new KubetunException(
                        ErrorCode.KERNEL_UNUSABLE,
                        "cannot start the background kernel",
                        said.isEmpty() ? "it ended at once" + lastWords(output) : "it does not answer",
                        "See what it said: cat " + output + ", or go without it: add --foreground");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Returns what it said first; nothing if it ended without a word. */
    private String start(Path output) throws KubetunException {
        List<String> command = new ArrayList<>();
        // A session of its own: the terminal's end and its Ctrl-C do not reach it.
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        } else {
            command.addAll(List.of("/bin/sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
        }
        command.add(installation.home().resolve("bin/kubetun").toString());
        command.add("kernel");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectError(output.toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().retainAll(KEPT);
        try {
            Process process = builder.start();
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                return Optional.ofNullable(said.readLine()).orElse("");
            }
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.KERNEL_UNUSABLE,
                    "cannot start the background kernel",
                    String.valueOf(e.getMessage()),
                    "Go without it: add --foreground",
                    e);
        }
    }

    /** The last line that a kernel wrote before it ended, as a clause. */
    private static String lastWords(Path output) {
        try {
            List<String> lines = Files.readAllLines(output);
            return lines.isEmpty() ? "" : ": " + lines.getLast();
        } catch (IOException e) {
            return "";
        }
    }

    private Path output() throws KubetunException {
        Path folder = settings.stateHome().resolve("log");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return folder.resolve("kernel.out");
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.STATE_UNREADABLE,
                    "cannot create " + folder,
                    e.toString(),
                    "See who owns it: ls -ld " + settings.stateHome(),
                    e);
        }
    }
}
