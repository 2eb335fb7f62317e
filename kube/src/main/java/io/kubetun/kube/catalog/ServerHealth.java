package io.kubetun.kube.catalog;

import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether the API server answers. Told by all who ask it, says it once to the person and on the event bus, and wakes
 * those who wait for its return. Thread-safe.
 */
public final class ServerHealth {
    private static final String LINK = "the API server";

    private final ClusterEnvironment environment;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private volatile Optional<String> trouble = Optional.empty();
    private final AtomicInteger networkChanges = new AtomicInteger();
    private long wakeUps;

    /**
     * Makes one of a server that is taken to be well.
     *
     * @param environment where to tell
     */
    public ServerHealth(ClusterEnvironment environment) {
        this.environment = environment;
    }

    /**
     * Returns why it does not answer.
     *
     * @return empty while it does
     */
    public Optional<String> trouble() {
        return trouble;
    }

    /**
     * Notes that it did not answer.
     *
     * @param why a clause
     */
    public void failed(String why) {
        lock.lock();
        try {
            boolean first = trouble.isEmpty();
            trouble = Optional.of(why);
            if (!first) {
                return;
            }
        } finally {
            lock.unlock();
        }
        environment.progress().step("The API server does not answer (" + why + "): what is known stays, trying again.");
        environment.events().publish(new Event.LinkLost(environment.session(), LINK, why));
    }

    /** Notes that it answered. */
    public void answered() {
        if (trouble.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            if (trouble.isEmpty()) {
                return;
            }
            trouble = Optional.empty();
            wakeUps++;
            returned.signalAll();
        } finally {
            lock.unlock();
        }
        environment.progress().step("The API server answers again.");
        environment.events().publish(new Event.LinkRestored(environment.session(), LINK));
    }

    /** Notes that the network has changed: all who wait try now, and their pauses are short again. */
    public void networkChanged() {
        lock.lock();
        try {
            networkChanges.incrementAndGet();
            wakeUps++;
            returned.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how often the network has changed. */
    int networkChanges() {
        return networkChanges.get();
    }

    /** Lets all who wait try now: someone wants to go there. */
    void nudge() {
        lock.lock();
        try {
            wakeUps++;
            returned.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the time is over or there is a reason to try sooner. */
    void pause(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long seen = wakeUps;
            long left = time.toNanos();
            while (left > 0 && seen == wakeUps) {
                left = returned.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return trouble.map(why -> LINK + " does not answer: " + why).orElse(LINK + " answers");
    }
}
