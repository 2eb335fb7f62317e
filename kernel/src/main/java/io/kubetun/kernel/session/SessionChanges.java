package io.kubetun.kernel.session;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes of a running session: one at a time, each on a virtual thread, none before the session is ready or after it
 * has begun to end. Thread-safe.
 */
final class SessionChanges {
    /** How long the end of a session waits for a change to give up. */
    private static final Duration END_PATIENCE = Duration.ofMillis(200);

    private final String session;
    private final ReentrantLock one = new ReentrantLock();
    private final Object guard = new Object();
    private Optional<Thread> changing = Optional.empty();
    private boolean open;
    private boolean ended;

    /** What is done to the session. */
    interface Change {
        void run() throws KubetunException, InterruptedException;
    }

    SessionChanges(String session) {
        this.session = session;
    }

    /** The session is ready. */
    void open() {
        synchronized (guard) {
            open = true;
        }
    }

    boolean ended() {
        synchronized (guard) {
            return ended;
        }
    }

    /** Interrupts the change that runs, refuses others, and waits a little for the first to be over. */
    void end() {
        synchronized (guard) {
            ended = true;
            changing.ifPresent(Thread::interrupt);
        }
        try {
            if (one.tryLock(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                one.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Makes a change and waits for it.
     *
     * @throws KubetunException if it failed or is refused
     * @throws InterruptedException if interrupted; the change is told so too and undone in the background
     */
    void run(String name, Change change) throws KubetunException, InterruptedException {
        FutureTask<Void> task = new FutureTask<>(() -> {
            one.lockInterruptibly();
            try {
                begin();
                change.run();
                return null;
            } finally {
                done();
                one.unlock();
            }
        });
        Thread worker =
                Thread.ofVirtual().name("session-" + session + "-" + name).start(task);
        try {
            task.get();
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException && ended()) {
                throw refused();
            }
            throw StartFailure.of("the session " + session + " could not be changed", e.getCause());
        }
    }

    private void begin() throws KubetunException {
        synchronized (guard) {
            if (!open || ended) {
                throw refused();
            }
            changing = Optional.of(Thread.currentThread());
        }
    }

    private void done() {
        synchronized (guard) {
            changing = Optional.empty();
        }
    }

    private KubetunException refused() {
        return ended()
                ? new KubetunException(
                        ErrorCode.SESSION_LOST,
                        "cannot change the session " + session,
                        "it is ending",
                        "See what runs: kubetun status")
                : new KubetunException(
                        ErrorCode.USAGE,
                        "cannot change the session " + session,
                        "it is still starting",
                        "Try it again when it is ready: kubetun status " + session);
    }
}
