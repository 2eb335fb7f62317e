package io.kubetun.e2e;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where scenarios run: a laptop with a user and a cluster that it can reach. The scenarios are the same in each: the
 * embedded cluster on this machine's loopback, or a real one in network namespaces.
 */
interface World extends AutoCloseable {
    /** How long a command may take that is expected to end. */
    Duration PATIENCE = Duration.ofMinutes(1);

    /** The world that the environment asks for: {@code KUBETUN_LAB} names the real cluster's script. */
    static World open(Path scratch) throws IOException, InterruptedException {
        String lab = System.getenv().getOrDefault("KUBETUN_LAB", "");
        return lab.isEmpty() ? new EmbeddedWorld(scratch) : new LabWorld(Path.of(lab), scratch);
    }

    /** True where there is a kubelet, a container runtime and root. */
    boolean real();

    /** A process of the laptop's ordinary user, with only HOME, PATH and what is added in its environment. */
    ProcessBuilder asUser(List<String> command, Map<String, String> environment) throws IOException;

    /** The ordinary user's home, with {@code .kube/config}. */
    Path home();

    /** The ordinary user's {@code XDG_RUNTIME_DIR}: where the control sockets are. */
    Path runtimeFolder();

    /** The installation under test. */
    default Path installation() {
        return Installation.shared().folder();
    }

    /** Makes a file or folder, and all in it, the ordinary user's own. */
    void give(Path path) throws IOException, InterruptedException;

    /** The ClusterIP of a Service in namespace lab. */
    String clusterIp(String service) throws IOException, InterruptedException;

    /** The address of one of the ready pods of an app in namespace lab. */
    String podIp(String app) throws IOException, InterruptedException;

    @Override
    void close();

    /** Ends what the scenario left running; that has to work whatever it was. */
    default void quit() {
        try {
            sure(installation().resolve("bin/kubetun").toString(), "quit");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process of the background kernel, if it runs. */
    default Optional<ProcessHandle> kernel() {
        return ProcessHandle.allProcesses()
                .filter(process -> Running.isKernel(process, installation()))
                .findFirst();
    }

    /** Starts {@code kubetun} as the user. */
    default Running kubetun(String... arguments) throws IOException {
        return kubetun(Map.of(), arguments);
    }

    /** Starts {@code kubetun} as the user with more environment. */
    default Running kubetun(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(installation().resolve("bin/kubetun").toString());
        command.addAll(List.of(arguments));
        return new Running(asUser(command, environment));
    }

    /** Runs a command of the user to its end. */
    default Result run(String... command) throws IOException, InterruptedException {
        return new Running(asUser(List.of(command), Map.of())).await(PATIENCE);
    }

    /** Runs a command that has to succeed, and gives what it printed. */
    default String sure(String... command) throws IOException, InterruptedException {
        return new Running(asUser(List.of(command), Map.of())).awaitSuccess(PATIENCE);
    }

    /** Runs a program in Python that has to succeed, and gives what it printed. */
    default String python(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3", "-c", program));
        command.addAll(List.of(arguments));
        return sure(command.toArray(String[]::new));
    }

    /** What curl gets of a host and port; it must answer. */
    default String page(String host) throws IOException, InterruptedException {
        return sure("curl", "-sS", "--max-time", "20", "http://" + host + "/");
    }

    /** A folder as a login gives it to its user. */
    static Path runtimeFolder(Path scratch) throws IOException {
        return Files.createDirectory(
                scratch.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
