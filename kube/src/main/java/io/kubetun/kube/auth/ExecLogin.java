package io.kubetun.kube.auth;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps what an exec plugin printed until it expires or is refused; runs the plugin once for all who wait. */
final class ExecLogin {
    private final ExecPlugin plugin;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Held held = new Held(0, Optional.empty());

    ExecLogin(ExecPlugin plugin, InstantSource clock) {
        this.plugin = plugin;
        this.clock = clock;
    }

    /**
     * Returns the credential. Blocks while the plugin runs.
     *
     * @param refused whether the server refused the one returned last
     * @return one that has not expired
     * @throws IOException if the plugin fails
     */
    ExecCredential current(boolean refused) throws IOException {
        Held before = held;
        if (!refused && before.usable(clock)) {
            return before.credential.orElseThrow();
        }
        lock.lock();
        try {
            Held now = held;
            if (now.run != before.run && now.usable(clock)) {
                return now.credential.orElseThrow();
            }
            ExecCredential fresh = plugin.run();
            held = new Held(now.run + 1, Optional.of(fresh));
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private record Held(long run, Optional<ExecCredential> credential) {
        boolean usable(InstantSource clock) {
            return credential.filter(c -> c.holdsAt(clock.instant())).isPresent();
        }
    }
}
