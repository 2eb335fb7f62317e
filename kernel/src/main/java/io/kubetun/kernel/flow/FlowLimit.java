package io.kubetun.kernel.flow;

import java.util.concurrent.atomic.AtomicInteger;

/** So many at the same time and no more. Safe for use by several threads; never waits. */
final class FlowLimit {
    private final int max;
    private final AtomicInteger used = new AtomicInteger();

    FlowLimit(int max) {
        this.max = max;
    }

    boolean tryAcquire() {
        if (used.incrementAndGet() <= max) {
            return true;
        }
        used.decrementAndGet();
        return false;
    }

    void release() {
        used.decrementAndGet();
    }

    @Override
    public String toString() {
        return Integer.toString(max);
    }
}
