package io.kubetun.distribution.image;

import io.kubetun.kernel.flow.ThisUser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes an image's cache of classes, with which its programs start in half the time: an agent is run as in the image, does
 * once what agents do, and Java writes down what it had to load.
 *
 * @param root what the image holds, in one tree
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 */
record ClassCache(Path root) {
    private static final long LIMIT_SECONDS = 60;
    private static final String MADE = "/tmp/made.aot";
    private static final String LISTENS = "links on";

    /**
     * Makes it.
     *
     * @param java the program in the image
     * @param options its arguments, without the role
     * @param libraries where the image keeps the libraries that Java finds by itself only where there is a /proc
     * @return the cache
     * @throws IOException if it cannot be made here; the reason is a clause
     */
    Path make(String java, List<String> options, String libraries) throws IOException, InterruptedException {
        addRandomness();
        try (PractisingLaptop laptop = new PractisingLaptop()) {
            List<String> command = new ArrayList<>(entering());
            command.add(java);
            command.add("-XX:AOTCacheOutput=" + MADE);
            command.addAll(options);
            command.add("agent");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            Map<String, String> environment = builder.environment();
            environment.keySet().retainAll(List.of("PATH"));
            environment.put("LD_LIBRARY_PATH", libraries);
            environment.putAll(laptop.settingsOfAgent());
            run(builder, laptop);
        }
        Path made = root.resolve(MADE.substring(1));
        if (!Files.isRegularFile(made)) {
            throw new IOException("Java wrote none");
        }
        return made;
    }

    /** There are no devices below the root; without these, Java gathers randomness for seconds. */
    private void addRandomness() throws IOException {
        byte[] random = new byte[1 << 16];
        new SecureRandom().nextBytes(random);
        Path devices = Files.createDirectories(root.resolve("dev"));
        Files.write(devices.resolve("random"), random);
        Files.write(devices.resolve("urandom"), random);
    }

    /** Root may change the root of a process; others may where they may be root of a namespace of their own. */
    private List<String> entering() {
        return ThisUser.isRoot()
                ? List.of("chroot", root.toString())
                : List.of("unshare", "--map-root-user", "--root=" + root);
    }

    private static void run(ProcessBuilder builder, PractisingLaptop laptop) throws IOException, InterruptedException {
        Process process = builder.start();
        Thread limit = Thread.startVirtualThread(() -> endAfterLimit(process));
        String last = "nothing was printed";
        try (BufferedReader printed = process.inputReader()) {
            boolean asked = false;
            for (String line = printed.readLine(); line != null; line = printed.readLine()) {
                last = line;
                if (!asked && line.contains(LISTENS)) {
                    asked = true;
                    laptop.practise();
                    // Not by the process itself, which would close what is read here.
                    process.toHandle().destroy();
                }
            }
        } finally {
            kill(process);
            limit.interrupt();
        }
        process.waitFor();
        if (!last.contains("AOT")) {
            throw new IOException(last.strip());
        }
    }

    /** With the one that it has write the cache. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
    }

    private static void endAfterLimit(Process process) {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                kill(process);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
