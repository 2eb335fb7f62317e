package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.host.Host.HostsEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the block of a hosts file as it should be, with one change of the file for all that comes up within
 * {@link #TOGETHER}. Belongs to one thread at a time.
 */
final class HostsUpdate {
    static final Duration TOGETHER = Duration.ofMillis(100);

    /** How long after a failure it is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final SessionContext context;
    private final Path file;
    private final Notices notices;
    private List<HostsEntry> wanted = List.of();
    private List<HostsEntry> written = List.of();
    private long notBefore = System.nanoTime();

    HostsUpdate(SessionContext context, Path file, Notices notices) {
        this.context = context;
        this.file = file;
        this.notices = notices;
    }

    Path file() {
        return file;
    }

    void want(List<HostsEntry> entries) {
        wanted = List.copyOf(entries);
    }

    /** Writes now; for the start, where a failure ends the mode. */
    void write() throws KubetunException {
        if (!wanted.equals(written)) {
            context.effects().apply(context.host().hostsBlock(file, context.id(), wanted));
            written = wanted;
            notBefore = System.nanoTime() + TOGETHER.toNanos();
        }
    }

    /** How long until {@link #writeIfDue} has something to do; empty if there is nothing. */
    Optional<Duration> untilDue() {
        if (wanted.equals(written)) {
            return Optional.empty();
        }
        Duration left = Duration.ofNanos(notBefore - System.nanoTime());
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
    }

    void writeIfDue() {
        if (untilDue().filter(Duration::isZero).isPresent()) {
            try {
                write();
            } catch (KubetunException failure) {
                notBefore = System.nanoTime() + RETRY.toNanos();
                notices.once("The names are out of date: " + failure.getMessage());
            }
        }
    }

    /** Takes the block out. What fails stays in the journal and is undone by the session or by {@code repair}. */
    void remove() {
        if (!written.isEmpty()) {
            try {
                context.effects().undo(context.host().hostsBlock(file, context.id(), List.of()));
                written = List.of();
                wanted = List.of();
            } catch (KubetunException failure) {
                notices.always(failure.getMessage());
            }
        }
    }
}
