package io.kubetun.kernel.event;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reader of the bus: a bounded queue and a virtual thread. When the queue is full the oldest event goes. */
final class Subscriber implements Events.Subscription {
    /** Events that may wait for a slow reader; at the next one the oldest is lost. */
    static final int QUEUE_SIZE = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);

    private final String name;
    private final Consumer<? super Event> reader;
    private final LongAdder lostByAll;
    private final Consumer<Subscriber> onEnd;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Event> queue = new ArrayDeque<>();
    private final Thread thread;
    private long lost;
    private long lostAndTold;
    private boolean ended;
    private boolean failed;

    Subscriber(String name, Consumer<? super Event> reader, LongAdder lostByAll, Consumer<Subscriber> onEnd) {
        this.name = name;
        this.reader = reader;
        this.lostByAll = lostByAll;
        this.onEnd = onEnd;
        thread = Thread.ofVirtual().name("events-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Queues an event; {@code missed} events before it were lost on the way. */
    void offer(Event event, long missed) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            lost += missed;
            if (queue.size() == QUEUE_SIZE) {
                queue.poll();
                lost++;
                lostByAll.increment();
            }
            queue.add(event);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    int queued() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the reader finish what is queued and then end. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void awaitEnd(long deadlineNanos) {
        try {
            thread.join(
                    Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadlineNanos - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            queue.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
        onEnd.accept(this);
    }

    private void run() {
        try {
            for (Event event = take(); event != null; event = take()) {
                read(event);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            onEnd.accept(this);
        }
    }

    private void read(Event event) {
        try {
            reader.accept(event);
        } catch (RuntimeException e) {
            if (!failed) {
                LOG.warn("the event subscriber {} failed; told once", name, e);
            }
            failed = true;
        }
    }

    /** Returns the next event, which may be the count of those lost before it, or null at the end. */
    private Event take() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !ended) {
                changed.await();
            }
            if (queue.isEmpty()) {
                return null;
            }
            if (lost > lostAndTold) {
                Event.EventsLost told = new Event.EventsLost("", lost - lostAndTold);
                lostAndTold = lost;
                return told;
            }
            return queue.poll();
        } finally {
            lock.unlock();
        }
    }
}
