package io.kubetun.kube.catalog;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next try. While the server has been away for less than two minutes at most 1.5 s, so that
 * its return is seen at once; then twice as long each time, up to five minutes. For one thread.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration SHORT = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Duration next = FIRST;
    private Duration waited = Duration.ZERO;
    private int changesSeen;

    /**
     * Says how long to wait.
     *
     * @param networkChanges how often the network has changed: after each time the pauses are short again
     */
    Duration next(int networkChanges) {
        if (networkChanges != changesSeen) {
            changesSeen = networkChanges;
            reset();
        }
        Duration now = next;
        Duration cap = waited.compareTo(PATIENCE) < 0 ? SHORT : LONG;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(cap) < 0 ? doubled : cap;
        waited = waited.plus(now);
        long jitter = ThreadLocalRandom.current().nextLong(now.toMillis() / 4 + 1);
        return now.minusMillis(jitter);
    }

    void reset() {
        next = FIRST;
        waited = Duration.ZERO;
    }
}
