package io.kubetun.distribution.command;

import java.io.FileInputStream;
import java.io.IOException;

/** The terminal that this process was started from, if any. */
final class Terminal {
    private static final String CONTROLLING = "/dev/tty";

    private final boolean wasThere = isThere();

    /** Says whether there was one and its end is what ends this process, rather than a Ctrl-C in it. */
    boolean hasGone() {
        return wasThere && !isThere();
    }

    private static boolean isThere() {
        try (FileInputStream terminal = new FileInputStream(CONTROLLING)) {
            return terminal.getFD().valid();
        } catch (IOException none) {
            return false;
        }
    }
}
