package io.kubetun.kernel.link;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Tries something again later: the pause grows from the first to the longest, and what is waited is between half and the
 * whole of it. Used on its loop only.
 */
public final class Retry {
    private final EventLoop loop;
    private final long firstMillis;
    private final long longestMillis;
    private final double growth;
    private final Runnable attempt;
    private long pause;
    private Future<?> next;

    /**
     * Makes it; nothing is waited for yet.
     *
     * @param loop where it is tried
     * @param firstMillis the first pause
     * @param longestMillis the longest pause
     * @param growth how many times a pause is as long as the one before
     * @param attempt tries it
     */
    public Retry(EventLoop loop, long firstMillis, long longestMillis, double growth, Runnable attempt) {
        this.loop = loop;
        this.firstMillis = firstMillis;
        this.longestMillis = longestMillis;
        this.growth = growth;
        this.attempt = attempt;
        this.pause = firstMillis;
    }

    /** Tries after the next pause, in place of what is waited for. */
    public void later() {
        cancel();
        long millis = ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
        pause = Math.min(longestMillis, Math.round(pause * growth));
        next = loop.schedule(attempt, millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Says whether something is waited for.
     *
     * @return whether it is; an attempt that has begun counts until {@link #cancel}
     */
    public boolean isWaiting() {
        return next != null;
    }

    /** Waits no more; the pauses go on from where they are. */
    public void cancel() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    /** The next pause is the first again. */
    public void reset() {
        pause = firstMillis;
    }
}
