package io.kubetun.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was built, where the ordinary user can read it whatever the checkout's permissions, with its cache of classes
 * made: as on a machine where kubetun was started before. One for all scenarios of this JVM, none of which changes it.
 *
 * @param folder where its {@code bin} is
 * @param caches what a user's {@code XDG_CACHE_HOME} is to be
 */
record Installation(Path folder, Path caches) {
    private static final Duration MADE = Duration.ofMinutes(2);

    /** Made when the first scenario asks for it. */
    private static final class Shared {
        static final Installation OF_ALL = make();
    }

    /** Its image, built when the first scenario asks for it. */
    private static final class Image {
        static final Path OF_ALL = build();

        private static Path build() {
            Path image = Shared.OF_ALL.folder.resolveSibling("image.tar");
            try {
                ProcessBuilder build =
                        new ProcessBuilder(Shared.OF_ALL.launcher().toString(), "image", "--file", image.toString());
                new Running(build).awaitSuccess(MADE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return image;
        }
    }

    /** The image of gateway and agent, as a user builds it. */
    static Path image() {
        return Image.OF_ALL;
    }

    static Installation shared() {
        return Shared.OF_ALL;
    }

    /** What a process of a user has in its environment, so that it finds this cache and makes none of its own. */
    Map<String, String> environment() {
        return Map.of(
                "KUBETUN_NO_AOT", "1",
                "KUBETUN_JAVA_HOME", System.getProperty("java.home"),
                "XDG_CACHE_HOME", caches.toString());
    }

    /** The launcher. */
    Path launcher() {
        return folder.resolve("bin/kubetun");
    }

    private static Installation make() {
        try {
            Path root = Files.createTempDirectory("kubetun-e2e");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path caches = Files.createDirectory(root.resolve("caches"));
            // Libraries of any user keep something there, too.
            Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwxrwxrwx"));
            Installation made = new Installation(copy(root), caches);
            made.train(Files.createDirectory(root.resolve("home")));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A copy of its own, for what must not find a cache of classes. */
    static Path copy(Path to) throws IOException {
        Path built = Path.of("../distribution/target/kubetun").toAbsolutePath().normalize();
        Path copy = to.resolve("kubetun");
        try (Stream<Path> files = Files.walk(built)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(built.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return copy;
    }

    /** The first start makes the cache in the background. */
    private void train(Path home) throws Exception {
        ProcessBuilder first = new ProcessBuilder(launcher().toString(), "version");
        first.environment().keySet().retainAll(List.of("PATH"));
        first.environment().putAll(environment());
        first.environment().remove("KUBETUN_NO_AOT");
        first.environment().put("HOME", home.toString());
        new Running(first).awaitSuccess(MADE);
        awaitCache(caches.resolve("kubetun"), MADE);
    }

    /**
     * Waits until a first start has made its cache of classes, which it does in the background.
     *
     * @param folder where it makes it, not there before it begins
     */
    static void awaitCache(Path folder, Duration limit) throws Exception {
        Await.until(() -> exists(folder, ".aot") && !exists(folder, ".making"), limit);
    }

    private static boolean exists(Path folder, String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(suffix));
        }
    }

    private static void delete(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
