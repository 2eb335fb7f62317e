package io.kubetun.kernel.network;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.HostProvider;
import io.kubetun.spi.host.NetworkChange;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what kills connections without a word: a change of this machine's network, and a time in which the machine or
 * this process stood still. Tells both on the event bus and to whoever keeps connections. One virtual thread, which
 * wakes up once a second: in a suspended machine the monotonic clock stands, in a stopped process nothing runs, and in
 * both the wall clock is further than one such second.
 */
public final class MachineWatch implements AutoCloseable {
    /** How often to look at the clock. */
    static final Duration BEAT = Duration.ofSeconds(1);

    /** A look at the clock that is later than this has slept; a busy machine is not that late. */
    static final Duration LATE = Duration.ofSeconds(5);

    /** A change often comes in parts: link, address, routes. They are told together after this much quiet … */
    private static final Duration QUIET = Duration.ofMillis(150);

    /** … or after this long, if it does not become quiet. */
    private static final Duration AT_MOST = Duration.ofMillis(600);

    private static final Logger LOG = LoggerFactory.getLogger(MachineWatch.class);

    private final Events events;
    private final InstantSource clock;
    private final Consumer<NetworkChange> onChange;
    private final HostProvider.NetworkWatch network;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Thread thread;
    private Optional<NetworkChange> pending = Optional.empty();
    private int changes;

    /**
     * Starts to watch.
     *
     * @param hosts tells of changes of the network
     * @param events where to publish {@link Event.NetworkChanged} and {@link Event.Resumed}
     * @param clock the wall clock
     * @param onChange told of each change after it was published; it may block
     */
    public MachineWatch(HostProvider hosts, Events events, InstantSource clock, Consumer<NetworkChange> onChange) {
        this.events = events;
        this.clock = clock;
        this.onChange = onChange;
        this.network = hosts.watchNetwork(this::changed);
        Beat first = now();
        this.thread = Thread.ofVirtual().name("machine-watch").start(() -> run(first));
    }

    private void changed(NetworkChange change) {
        lock.lock();
        try {
            pending = Optional.of(pending.map(earlier -> earlier.and(change)).orElse(change));
            changes++;
            moved.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run(Beat first) {
        try {
            Beat last = first;
            while (true) {
                Optional<NetworkChange> change = next();
                Beat beat = now();
                Duration stood = beat.since(last);
                last = beat;
                if (stood.compareTo(LATE) > 0) {
                    LOG.debug("stood still for {}", stood);
                    events.publish(new Event.Resumed("", stood));
                    tell(NetworkChange.ofEverything());
                } else if (change.isPresent()) {
                    LOG.debug("the network has changed: {}", change.get());
                    events.publish(new Event.NetworkChanged("", change.get().interfaces()));
                    tell(change.get());
                }
            }
        } catch (InterruptedException closed) {
            LOG.debug("the machine is watched no more");
        }
    }

    private void tell(NetworkChange change) {
        try {
            onChange.accept(change);
        } catch (RuntimeException e) {
            LOG.warn("a change of the network could not be told", e);
        }
    }

    /** Waits for a change, and then until all of it is there; empty after one beat without any. */
    private Optional<NetworkChange> next() throws InterruptedException {
        lock.lock();
        try {
            long left = BEAT.toNanos();
            while (pending.isEmpty() && left > 0) {
                left = moved.awaitNanos(left);
            }
            long start = System.nanoTime();
            for (int seen = -1;
                    pending.isPresent() && seen != changes && System.nanoTime() - start < AT_MOST.toNanos(); ) {
                seen = changes;
                moved.await(QUIET.toNanos(), TimeUnit.NANOSECONDS);
            }
            Optional<NetworkChange> all = pending;
            pending = Optional.empty();
            return all;
        } finally {
            lock.unlock();
        }
    }

    private Beat now() {
        return new Beat(clock.millis(), System.nanoTime());
    }

    /** Ends it. */
    @Override
    public void close() {
        network.close();
        thread.interrupt();
    }

    /**
     * One look at the clocks. The wall clock may be set back; the monotonic one still tells of a stopped process then.
     *
     * @param wallMillis the wall clock
     * @param nanos the monotonic clock
     */
    private record Beat(long wallMillis, long nanos) {
        Duration since(Beat earlier) {
            Duration wall = Duration.ofMillis(wallMillis - earlier.wallMillis);
            Duration monotonic = Duration.ofNanos(nanos - earlier.nanos);
            return wall.compareTo(monotonic) > 0 ? wall : monotonic;
        }
    }
}
