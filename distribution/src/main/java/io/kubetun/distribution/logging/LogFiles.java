package io.kubetun.distribution.logging;

import java.nio.file.Path;

/**
 * The files of a kernel's log: {@code kernel.log}, {@code kernel.log.1} before it, {@code kernel.log.2} before that.
 *
 * @param folder where they are
 */
public record LogFiles(Path folder) {
    /** How many there are at most. */
    static final int COUNT = 3;

    /** Bytes of one of them. */
    static final long MAX_BYTES = 10_000_000;

    /**
     * The log files of a user.
     *
     * @param stateHome the user's folder for state
     * @return its files, which need not exist
     */
    public static LogFiles of(Path stateHome) {
        return new LogFiles(stateHome.resolve("log"));
    }

    /**
     * Returns the one that is written.
     *
     * @return its path
     */
    public Path current() {
        return file(0);
    }

    Path file(int age) {
        return folder.resolve(age == 0 ? "kernel.log" : "kernel.log." + age);
    }
}
