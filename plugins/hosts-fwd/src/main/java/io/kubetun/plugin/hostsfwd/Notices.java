package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.Progress;
import java.util.LinkedHashSet;

/** Says each thing once, however often it comes up. Safe for use by several threads. */
final class Notices {
    /** Of so many said things it knows that it said them; the oldest beyond may be said again. */
    private static final int REMEMBERED = 2_000;

    private final Progress progress;
    private final LinkedHashSet<String> said = new LinkedHashSet<>();

    Notices(Progress progress) {
        this.progress = progress;
    }

    void once(String line) {
        synchronized (said) {
            if (!said.add(line)) {
                return;
            }
            if (said.size() > REMEMBERED) {
                said.removeFirst();
            }
        }
        progress.step(line);
    }

    void always(String line) {
        progress.step(line);
    }
}
