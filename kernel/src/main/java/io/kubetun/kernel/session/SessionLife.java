package io.kubetun.kernel.session;

import java.util.concurrent.locks.ReentrantLock;

/** Who ends a session: the thread that starts it as long as it starts, then the first that asks. Thread-safe. */
final class SessionLife {
    private final ReentrantLock lock = new ReentrantLock();
    private Phase phase = Phase.NEW;
    private boolean cancelled;
    private Thread starter = Thread.currentThread();

    private enum Phase {
        NEW,
        STARTING,
        RUNNING,
        ENDING
    }

    /** The calling thread starts the session. */
    void begin() throws InterruptedException {
        lock.lock();
        try {
            starter = Thread.currentThread();
            phase = Phase.STARTING;
            throwIfCancelled();
        } finally {
            lock.unlock();
        }
    }

    /** It is started, unless someone wanted it ended meanwhile. */
    void begun() throws InterruptedException {
        lock.lock();
        try {
            throwIfCancelled();
            phase = Phase.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    /** It did not start; its starter ends it. Says whether that was somebody's wish. */
    boolean failed() {
        lock.lock();
        try {
            phase = Phase.ENDING;
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** Says whether the caller is to end it now; if not, somebody else does, or its starter is told to. */
    boolean mayEnd() {
        lock.lock();
        try {
            switch (phase) {
                case RUNNING -> {
                    phase = Phase.ENDING;
                    return true;
                }
                case NEW -> cancelled = true;
                case STARTING -> {
                    cancelled = true;
                    starter.interrupt();
                }
                case ENDING -> {
                    // Being done.
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void throwIfCancelled() throws InterruptedException {
        if (cancelled) {
            throw new InterruptedException("the session is to end before it has started");
        }
    }
}
