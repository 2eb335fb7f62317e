package io.kubetun.kernel.link;

import java.util.concurrent.atomic.AtomicLong;

/** What the flows of all links of one pool or server may hold, and what they hold. Thread-safe. */
final class Memory {
    private final AtomicLong windowsLeft;
    private final AtomicLong queued = new AtomicLong();
    private final long queueLimit;

    Memory(LinkSettings settings) {
        windowsLeft = new AtomicLong(settings.windowBudget());
        queueLimit = settings.queueLimit();
    }

    /** Takes from what windows may grow by, or takes nothing. */
    boolean tryGrow(long bytes) {
        if (windowsLeft.addAndGet(-bytes) >= 0) {
            return true;
        }
        windowsLeft.addAndGet(bytes);
        return false;
    }

    void shrank(long bytes) {
        windowsLeft.addAndGet(bytes);
    }

    /** Says whether too much waits now. */
    boolean queued(long bytes) {
        return queued.addAndGet(bytes) > queueLimit;
    }

    void taken(long bytes) {
        queued.addAndGet(-bytes);
    }
}
