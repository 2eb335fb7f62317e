package io.kubetun.e2e;

import java.time.Duration;

/** Waiting for what happens in another process and tells nobody: looked at every 50 ms. */
final class Await {
    private static final int PAUSE_MILLIS = 50;

    private Await() {}

    /** Returns as soon as the condition holds, and fails if it does not within the limit. */
    static void until(Condition condition, Duration limit) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the condition did not hold within " + limit);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** What is waited for. */
    interface Condition {
        boolean holds() throws Exception;
    }
}
