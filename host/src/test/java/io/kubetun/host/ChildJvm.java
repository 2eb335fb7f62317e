package io.kubetun.host;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.host.natives.Users;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A second process that runs a main class of these tests: its standard output is read, its standard error shown. */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one as this user. */
    public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), classPath(), main, arguments);
    }

    /** Starts one as this user by a command that runs what stands behind it. */
    public static ChildJvm startBy(List<String> before, Class<?> main, String... arguments) throws IOException {
        return start(before, classPath(), main, arguments);
    }

    /**
     * Starts one as the ordinary user 1000, if this is root, from a copy of the classes which that user can read.
     *
     * @param folder for the copy and as the child's temporary folder; others may read it then
     */
    public static ChildJvm startAsUser(Path folder, Class<?> main, String... arguments) throws IOException {
        assumeTrue(Users.current() == Users.ROOT, "only root can start a process as another user");
        assumeTrue(isReachable(java()), "an ordinary user cannot run " + java());
        assumeTrue(isReachable(folder.getParent()), "an ordinary user cannot read " + folder.getParent());
        Files.setAttribute(folder, "unix:mode", 0777);
        Path copies = Files.createDirectory(folder.resolve("class-path"));
        List<Path> copied = new ArrayList<>();
        for (Path part : classPath()) {
            copied.add(copy(part, copies.resolve(copied.size() + "-" + part.getFileName())));
        }
        return start(List.of("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"), copied, main, arguments);
    }

    private static ChildJvm start(List<String> before, List<Path> classPath, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(java().toString(), "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static List<Path> classPath() {
        String all = String.join(
                File.pathSeparator,
                "target/classes",
                "target/test-classes",
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path", ""));
        return Stream.of(all.split(File.pathSeparator))
                .map(Path::of)
                .map(Path::toAbsolutePath)
                .distinct()
                .filter(Files::exists)
                .toList();
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString()).normalize();
                Files.copy(file, copy);
                Files.setAttribute(copy, "unix:mode", Files.isDirectory(copy) ? 0755 : 0644);
            }
        }
        return to;
    }

    private static boolean isReachable(Path path) throws IOException {
        for (Path part = path.toRealPath(); part != null; part = part.getParent()) {
            if (((Integer) Files.getAttribute(part, "unix:mode") & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    public String readLine() throws IOException {
        return String.valueOf(output.readLine());
    }

    public String readAll() {
        return output.lines().collect(Collectors.joining("\n"));
    }

    public void writeLine(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public int waitFor() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the child does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
