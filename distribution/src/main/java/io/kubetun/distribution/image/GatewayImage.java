package io.kubetun.distribution.image;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The image of the gateway and of the agent: the modules that they need, a Java runtime with those of the JDK that these
 * need, the C library of this machine, which the runtime is linked with, and what sets an agent's rules. No shell, no
 * package manager. It runs as any user, on a read-only file system, without capabilities.
 *
 * @param home the installation that the modules are taken from
 * @param name the image's name with a tag
 */
public record GatewayImage(Path home, String name) {
    private static final List<String> ROOTS = List.of("io.kubetun.kernel", "org.slf4j.jul");
    private static final String MAIN = "io.kubetun.kernel/io.kubetun.kernel.PodMain";
    private static final String PLACE = "/opt/kubetun";
    private static final String CACHE = PLACE + "/kubetun.aot";
    private static final String USER = "65532:65532";

    /** A small heap and few threads: what passes through is outside the heap, in a pool with a limit. */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UsePerfData",
            "-XX:ActiveProcessorCount=2",
            "-XX:TieredStopAtLevel=1",
            "-Xms6m",
            "-Xmx20m",
            "-Xss256k",
            "-XX:MaxDirectMemorySize=36m",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:TrimNativeHeapInterval=5000",
            "-Djava.util.logging.SimpleFormatter.format=%1$tFT%1$tT%1$tz %4$s %5$s%6$s%n",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=io.kubetun.kernel,io.netty.common,io.netty.transport.unix.common,"
                    + "io.netty.transport.classes.epoll");

    /** Loaded by name where they are there: older C libraries look names up with them. */
    private static final List<String> NAME_SERVICES = List.of("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2");

    /**
     * Builds it.
     *
     * @param to the file to write: an OCI archive
     * @return why it has no cache of classes; empty if it has
     * @throws KubetunException if this machine has not what it takes
     * @throws InterruptedException if interrupted meanwhile
     */
    public Optional<String> build(Path to) throws KubetunException, InterruptedException {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(jlink)) {
            throw failed("this Java has no jlink", "Run it with a JDK: KUBETUN_JAVA_HOME=/path/to/jdk kubetun image");
        }
        try {
            Path scratch = Files.createTempDirectory("kubetun-image");
            try {
                return build(jlink, scratch, to);
            } finally {
                remove(scratch);
            }
        } catch (IOException | UncheckedIOException e) {
            throw failed(String.valueOf(e.getMessage()), "Run it on a Linux machine with a JDK 25 and ldd");
        }
    }

    private Optional<String> build(Path jlink, Path scratch, Path to)
            throws IOException, InterruptedException, KubetunException {
        NeededModules modules = NeededModules.of(home.resolve("lib"), ROOTS);
        Path system = Files.createDirectories(scratch.resolve("system"));
        Path program = Files.createDirectories(scratch.resolve("program"));
        Path java = at(system, PLACE + "/java");
        Files.createDirectories(java.getParent());
        Programs.run(
                List.of(
                        jlink.toString(),
                        "--add-modules",
                        String.join(",", modules.ofJdk()),
                        "--strip-debug",
                        "--no-man-pages",
                        "--no-header-files",
                        "--output",
                        java.toString()),
                scratch);
        Path lib = Files.createDirectories(at(program, PLACE + "/lib"));
        for (Path jar : modules.jars()) {
            Files.copy(jar, lib.resolve(jar.getFileName()));
        }
        Path natives = Files.createDirectories(at(program, PLACE + "/native"));
        for (Path each : files(home.resolve("lib/native"))) {
            if (each.getFileName().toString().startsWith("libnetty_transport_native_epoll")) {
                Files.copy(each, natives.resolve(each.getFileName()));
            }
        }
        RuleTools tools = RuleTools.ofThisMachine()
                .orElseThrow(() -> failed(
                        "this machine has no nft, which sets the rules of an agent",
                        "Install it: apt install nftables, or dnf install nftables"));
        tools.copy(system);
        for (Path each : libraries(files(scratch))) {
            Path copy = at(system, each.toString());
            Files.createDirectories(copy.getParent());
            Files.copy(each.toRealPath(), copy, StandardCopyOption.REPLACE_EXISTING);
        }
        describe(system, program);
        for (Path each : files(scratch)) {
            Files.setLastModifiedTime(each, FileTime.from(TarOutput.TIME));
        }
        Path cache = Files.createDirectories(scratch.resolve("cache"));
        Optional<String> without = addCache(List.of(system, program), cache, scratch.resolve("root"));
        List<Path> layers = without.isPresent() ? List.of(system, program) : List.of(system, program, cache);
        new OciArchive(name, config(without.isEmpty())).write(layers, scratch, to);
        return without;
    }

    /** A layer of its own: it is another one each time, and the others are not. */
    private static Optional<String> addCache(List<Path> layers, Path cache, Path root)
            throws IOException, InterruptedException {
        for (Path layer : layers) {
            for (Path each : files(layer)) {
                Path same = root.resolve(layer.relativize(each).toString());
                Files.createDirectories(same.getParent());
                Files.createLink(same, each);
            }
        }
        Files.createDirectories(root.resolve("tmp"));
        try {
            Path made = new ClassCache(root).make(PLACE + "/java/bin/java", options(), PLACE + "/java/lib");
            Path to = at(cache, CACHE);
            Files.createDirectories(to.getParent());
            Files.move(made, to);
            Files.setLastModifiedTime(to, FileTime.from(TarOutput.TIME));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What a C library and its resolver want to find, and what people want to know. */
    private void describe(Path system, Path program) throws IOException {
        Files.createDirectories(system.resolve("tmp"));
        Path etc = Files.createDirectories(system.resolve("etc"));
        Files.writeString(etc.resolve("passwd"), "root:x:0:0:root:/:/none\nkubetun:x:65532:65532:kubetun:/:/none\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nkubetun:x:65532:\n");
        Files.writeString(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
        Path docs = Files.createDirectories(at(system, "/usr/share/doc/libc6"));
        Path copyright = Path.of("/usr/share/doc/libc6/copyright");
        if (Files.isReadable(copyright)) {
            Files.copy(copyright, docs.resolve("copyright"));
        }
        Files.writeString(docs.resolve("NOTICE"), """
                The files in /lib and /lib64 are the GNU C Library (LGPL-2.1-or-later), unchanged, as the system that
                this image was built on has them. Its source: that system's package, or https://ftp.gnu.org/gnu/glibc.
                You may replace them: the program is linked with them at run time.
                """);
        Path license = home.resolve("LICENSE");
        if (Files.isReadable(license)) {
            Files.copy(license, at(program, PLACE + "/LICENSE"));
        }
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>(OPTIONS);
        options.addAll(
                List.of("-Djava.library.path=" + PLACE + "/native", "--module-path", PLACE + "/lib", "--add-modules"));
        options.addAll(List.of(String.join(",", ROOTS), "-m", MAIN));
        return options;
    }

    private static Map<String, Object> config(boolean cached) {
        List<String> entry = new ArrayList<>(List.of(PLACE + "/java/bin/java"));
        if (cached) {
            entry.add("-XX:AOTCache=" + CACHE);
        }
        entry.addAll(options());
        return Map.of(
                "Entrypoint",
                entry,
                "Env",
                List.of("MALLOC_ARENA_MAX=1"),
                "User",
                USER,
                "WorkingDir",
                PLACE,
                "Labels",
                Map.of("org.opencontainers.image.title", "kubetun gateway"));
    }

    /** The shared libraries that programs and libraries are linked with, outside their own folder. */
    private static Set<Path> libraries(List<Path> linked) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ldd"));
        linked.stream()
                .filter(each -> each.toString().endsWith(".so")
                        || each.endsWith("bin/java")
                        || each.getParent().endsWith("sbin"))
                .forEach(each -> command.add(each.toString()));
        Set<Path> found = new TreeSet<>();
        for (String line : Programs.run(command, Path.of("/")).split("\n", -1)) {
            for (String word : line.strip().split(" ", -1)) {
                if (word.startsWith("/") && !word.endsWith(":")) {
                    found.add(Path.of(word));
                }
            }
        }
        found.removeIf(each -> linked.contains(each.normalize()));
        for (Path each : Set.copyOf(found)) {
            if (each.endsWith("libc.so.6")) {
                NAME_SERVICES.stream()
                        .map(each::resolveSibling)
                        .filter(Files::exists)
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static Path at(Path root, String absolute) {
        return root.resolve(absolute.substring(1));
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path each : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private static KubetunException failed(String why, String next) {
        return new KubetunException(ErrorCode.INTERNAL, "cannot build the image", why, next);
    }
}
