package io.kubetun.host.resolver;

import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a session's part of the file again when somebody else has written the file without it. Between two writings it
 * waits, twice as long each time up to a minute, until the file has been left alone for that long: so two programs that
 * both insist write it once a minute at most. Has a thread of its own.
 */
final class ResolverWatch implements AutoCloseable {
    static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** What changes a bind mount's other end is not told of. */
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ResolverWatch.class);

    private final Path file;
    private final BooleanSupplier holds;
    private final Rewriting rewriting;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final WatchService events;

    private ResolverWatch(Path file, BooleanSupplier holds, Rewriting rewriting, WatchService events) {
        this.file = file;
        this.holds = holds;
        this.rewriting = rewriting;
        this.events = events;
    }

    /** Writes the part again. */
    interface Rewriting {
        void again() throws KubetunException;
    }

    static ResolverWatch start(Path file, BooleanSupplier holds, Rewriting rewriting) throws IOException {
        WatchService events = FileSystems.getDefault().newWatchService();
        try {
            watch(events, file.getParent());
            watch(events, file.toRealPath().getParent());
        } catch (IOException e) {
            events.close();
            throw e;
        }
        ResolverWatch watch = new ResolverWatch(file, holds, rewriting, events);
        Thread.ofPlatform().daemon().name("kubetun-resolv-conf").start(watch::run);
        return watch;
    }

    private static void watch(WatchService events, Path folder) throws IOException {
        folder.register(
                events,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        long lastWritten = System.nanoTime();
        try {
            while (!closed.await(0, TimeUnit.SECONDS)) {
                drain(events.poll(LOOK_ANYWAY.toMillis(), TimeUnit.MILLISECONDS));
                if (holds.getAsBoolean()) {
                    continue;
                }
                if (System.nanoTime() - lastWritten
                        > LONGEST_PAUSE.multipliedBy(2).toNanos()) {
                    pause = FIRST_PAUSE;
                }
                // Whoever writes it may not be done, and whoever insists must not be raced.
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                rewrite(pause);
                lastWritten = System.nanoTime();
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.nio.file.ClosedWatchServiceException e) {
            LOG.debug("{} is watched no longer", file);
        }
    }

    private void rewrite(Duration pause) {
        try {
            rewriting.again();
            LOG.info("{} was written by somebody else: kubetun's lines are in it again", file);
        } catch (KubetunException e) {
            LOG.warn(
                    "{} (tried again in {} s at the latest)",
                    e.getMessage(),
                    2 * pause.toSeconds() + LOOK_ANYWAY.toSeconds());
        }
    }

    private static void drain(WatchKey key) {
        if (key != null) {
            key.pollEvents();
            key.reset();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            events.close();
        } catch (IOException e) {
            LOG.debug("a watch does not close", e);
        }
    }
}
