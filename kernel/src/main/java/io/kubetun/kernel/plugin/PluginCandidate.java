package io.kubetun.kernel.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A jar or folder in one of the plugins folders. */
record PluginCandidate(Path location) {
    private static final String JAR = ".jar";

    /** Lists a plugins folder by name; hidden files are passed over, a missing folder is empty. */
    static List<PluginCandidate> in(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        return visible(folder).map(PluginCandidate::new).toList();
    }

    /** The file's name without its ending: what to call a plugin that cannot be asked. */
    String name() {
        String file = location.getFileName().toString();
        return file.endsWith(JAR) ? file.substring(0, file.length() - JAR.length()) : file;
    }

    List<Path> jars() throws PluginRejectedException {
        if (Files.isDirectory(location)) {
            List<Path> jars = jarsBelow();
            if (jars.isEmpty()) {
                throw new PluginRejectedException("the folder holds no jar");
            }
            return jars;
        }
        if (!isJar(location)) {
            throw new PluginRejectedException("it is neither a jar nor a folder of jars");
        }
        return List.of(location);
    }

    private List<Path> jarsBelow() throws PluginRejectedException {
        try {
            return visible(location).filter(PluginCandidate::isJar).toList();
        } catch (IOException unreadable) {
            throw new PluginRejectedException(
                    "the folder cannot be read (" + Failure.describe(unreadable) + ")", unreadable);
        }
    }

    private static boolean isJar(Path file) {
        return file.getFileName().toString().endsWith(JAR);
    }

    private static Stream<Path> visible(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList().stream();
        }
    }
}
