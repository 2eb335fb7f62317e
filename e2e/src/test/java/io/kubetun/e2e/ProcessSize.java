package io.kubetun.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process holds.
 *
 * @param threads of the operating system
 * @param descriptors open files and sockets
 * @param residentKilobytes memory
 */
record ProcessSize(long threads, long descriptors, long residentKilobytes) {
    static ProcessSize of(long pid) throws IOException {
        Path folder = Path.of("/proc/" + pid);
        try (var descriptors = Files.list(folder.resolve("fd"))) {
            return new ProcessSize(field(folder, "Threads"), descriptors.count(), field(folder, "VmRSS"));
        }
    }

    private static long field(Path folder, String name) throws IOException {
        try (var lines = Files.lines(folder.resolve("status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
