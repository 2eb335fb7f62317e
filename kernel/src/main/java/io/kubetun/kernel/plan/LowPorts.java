package io.kubetun.kernel.plan;

import io.kubetun.kernel.flow.ThisUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The ports that this process may not listen on.
 *
 * @param first the lowest port that it may
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">ip(7), ip_unprivileged_port_start</a>
 */
record LowPorts(int first) {
    private static final Path SYSCTL = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String CAPABILITIES = "CapEff:";
    private static final int NET_BIND_SERVICE = 10;
    private static final int USUAL = 1024;

    /** Reads it from the system, without trying. */
    static LowPorts ofThisProcess() {
        try {
            return new LowPorts(isCapable() ? 0 : unprivileged());
        } catch (IOException | NumberFormatException otherSystem) {
            return new LowPorts(ThisUser.isRoot() ? 0 : USUAL);
        }
    }

    /** A sysctl has an end after the first read: one byte at a time, as readString begins, would give the first digit. */
    private static int unprivileged() throws IOException {
        return Integer.parseInt(Files.readAllLines(SYSCTL).getFirst());
    }

    private static boolean isCapable() throws IOException {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(CAPABILITIES))
                    .map(line -> line.substring(CAPABILITIES.length()).strip())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >> NET_BIND_SERVICE & 1) != 0);
        }
    }

    boolean forbids(int port) {
        return port != 0 && port < first;
    }
}
