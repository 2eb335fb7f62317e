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
    private volatile Optional<Issued> last = Optional.empty();

    ExecLogin(ExecPlugin plugin, InstantSource clock) {
        this.plugin = plugin;
        this.clock = clock;
    }

    /**
     * Returns the credential. Blocks while the plugin runs, which it does only if there is none of a later run than the
     * refused one: several requests may be refused with the same credential, one after the other.
     *
     * @param refused the run whose credential the server refused; 0 if it refused none
     * @return one of a later run, that has not expired
     * @throws IOException if the plugin fails
     */
    Issued current(long refused) throws IOException {
        Optional<Issued> kept = kept(refused);
        if (kept.isPresent()) {
            return kept.get();
        }
        lock.lock();
        try {
            Optional<Issued> meanwhile = kept(refused);
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            Issued fresh = new Issued(last.map(Issued::run).orElse(0L) + 1, plugin.run());
            last = Optional.of(fresh);
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Issued> kept(long refused) {
        return last.filter(issued -> issued.run > refused && issued.credential.holdsAt(clock.instant()));
    }

    /**
     * What one run of the plugin gave.
     *
     * @param run counts from 1
     * @param credential what it printed
     */
    record Issued(long run, ExecCredential credential) {}
}
