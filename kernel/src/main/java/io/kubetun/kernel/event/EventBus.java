package io.kubetun.kernel.event;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The event bus: a Disruptor ring that many publish to, read by one thread that hands each event to the bounded queue of
 * each subscriber. Publishing never waits: an event that finds the ring full is dropped and counted as lost by everyone.
 * Without events no thread of the bus wakes up.
 *
 * <p>Safe for use by several threads.
 */
public final class EventBus implements Events, AutoCloseable {
    /** Events that may wait for the bus's thread; the next one is dropped. A power of two. */
    static final int RING_SIZE = 4096;

    /** Subscriptions at the same time; the next one is refused. */
    static final int MAX_SUBSCRIBERS = 256;

    /** How long a close lets readers finish what is queued. */
    private static final long DRAIN_MILLIS = 200;

    private static final EventTranslatorOneArg<Slot, Event> FILL = (slot, sequence, event) -> slot.event = event;

    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> ring;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final CountDownLatch started = new CountDownLatch(1);
    private long droppedAndTold;
    private volatile boolean closed;

    /** Starts the bus. */
    public EventBus() {
        // Blocking and not one of the strategies with a time-out: an idle client must not wake up for its event bus.
        disruptor = new Disruptor<>(
                Slot::new,
                RING_SIZE,
                Thread.ofPlatform().daemon().name("kubetun-events").factory(),
                ProducerType.MULTI,
                new BlockingWaitStrategy());
        disruptor.handleEventsWith(new Delivery());
        ring = disruptor.start();
    }

    @Override
    public void publish(Event event) {
        if (closed || !ring.tryPublishEvent(FILL, event)) {
            dropped.increment();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the bus is closed or has 256 subscribers
     */
    @Override
    public Subscription subscribe(String name, Consumer<? super Event> reader) {
        Subscriber subscriber = new Subscriber(name, reader, lost, subscribers::remove);
        synchronized (subscribers) {
            if (closed || subscribers.size() >= MAX_SUBSCRIBERS) {
                throw new IllegalStateException(closed ? "the event bus is closed" : "too many subscribers");
            }
            subscribers.add(subscriber);
        }
        subscriber.start();
        return subscriber;
    }

    /**
     * Returns how many events were lost, each counted once for every subscriber that missed it, and once if the ring
     * was full.
     *
     * @return 0 or more
     */
    public long lost() {
        return lost.sum() + dropped.sum();
    }

    /**
     * Returns how many events wait for the bus or for a subscriber.
     *
     * @return 0 or more
     */
    public long queued() {
        long waiting = RING_SIZE - ring.remainingCapacity();
        for (Subscriber subscriber : subscribers) {
            waiting += subscriber.queued();
        }
        return waiting;
    }

    /** Delivers what was published, within 200 ms, and ends. Idempotent. */
    @Override
    public void close() {
        synchronized (subscribers) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            // A shutdown that comes before the bus's thread runs would take the ring for empty.
            started.await(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
            disruptor.shutdown(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stuck) {
            disruptor.halt();
        } catch (InterruptedException e) {
            disruptor.halt();
            Thread.currentThread().interrupt();
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        subscribers.forEach(Subscriber::end);
        subscribers.forEach(subscriber -> subscriber.awaitEnd(deadline));
    }

    private void deliver(Slot slot) {
        Event event = slot.event;
        slot.event = null;
        long now = dropped.sum();
        long missed = now - droppedAndTold;
        droppedAndTold = now;
        for (Subscriber subscriber : subscribers) {
            subscriber.offer(event, missed);
        }
    }

    private final class Delivery implements EventHandler<Slot> {
        @Override
        public void onStart() {
            started.countDown();
        }

        @Override
        public void onEvent(Slot slot, long sequence, boolean endOfBatch) {
            deliver(slot);
        }
    }

    private static final class Slot {
        private Event event;
    }
}
