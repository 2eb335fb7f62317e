package io.kubetun.kube.portforward;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Tries again to reach a pod whose connection was lost with flows on it: after 1 s, then twice as long each time up to
 * 5 min, each time between half and the whole of that. A dial does not wait for it. Confined to an event loop.
 */
final class Reconnect {
    /** The first pause. */
    static final long FIRST_MILLIS = 1_000;
    /** The longest pause. */
    static final long LONGEST_MILLIS = 300_000;

    private final EventLoop loop;
    private final Runnable probe;
    private long pause = FIRST_MILLIS;
    private boolean lost;
    private Future<?> next;

    Reconnect(EventLoop loop, Runnable probe) {
        this.loop = loop;
        this.probe = probe;
    }

    boolean isRunning() {
        return lost;
    }

    /** A connection was lost. */
    void lost() {
        if (!lost) {
            lost = true;
            schedule();
        }
    }

    /** An attempt has failed: {@code again} if another may succeed. */
    void failed(boolean again) {
        if (!again) {
            stop();
        } else if (lost) {
            pause = Math.min(LONGEST_MILLIS, pause * 2);
            schedule();
        }
    }

    /** An attempt has succeeded: says whether it ended a loss. */
    boolean succeeded() {
        boolean was = lost;
        stop();
        return was;
    }

    /** Does not wait any longer, and starts again with short pauses. */
    void now() {
        if (lost) {
            pause = FIRST_MILLIS;
            schedule(0);
        }
    }

    void stop() {
        lost = false;
        pause = FIRST_MILLIS;
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    private void schedule() {
        schedule(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1));
    }

    private void schedule(long millis) {
        if (next != null) {
            next.cancel(false);
        }
        next = loop.schedule(probe, millis, TimeUnit.MILLISECONDS);
    }
}
