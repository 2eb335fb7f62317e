package io.kubetun.kernel.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The user whom this process belongs to, as far as the system tells. Stateless.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid.5.html">proc_pid(5), the owner of /proc/pid</a>
 */
public final class ThisUser {
    private static final Path SELF = Path.of("/proc/self");

    private ThisUser() {}

    /**
     * Returns the effective user id.
     *
     * @return the id; empty where there is no {@code /proc}
     * @throws IOException if it is there and cannot be read
     */
    public static OptionalInt id() throws IOException {
        return Files.exists(SELF)
                ? OptionalInt.of((Integer) Files.getAttribute(SELF, "unix:uid"))
                : OptionalInt.empty();
    }

    /**
     * Says whether it is root.
     *
     * @return true where the system tells so, or else by the user's name
     */
    public static boolean isRoot() {
        try {
            OptionalInt id = id();
            if (id.isPresent()) {
                return id.getAsInt() == 0;
            }
        } catch (IOException | RuntimeException unreadable) {
            // Then the name has to do.
        }
        return "root".equals(System.getProperty("user.name"));
    }
}
