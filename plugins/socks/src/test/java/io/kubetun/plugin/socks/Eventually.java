package io.kubetun.plugin.socks;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded polling on a condition. */
final class Eventually {
    private static final long LIMIT_NANOS = 10_000_000_000L;
    private static final long PAUSE_NANOS = 2_000_000L;

    private Eventually() {}

    static void isTrue(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 10 s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
