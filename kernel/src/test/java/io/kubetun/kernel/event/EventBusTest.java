package io.kubetun.kernel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.Await;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventBusTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void deliversInOrderToEachSubscriber() {
        List<Event> first = new CopyOnWriteArrayList<>();
        List<Event> second = new CopyOnWriteArrayList<>();
        try (EventBus bus = new EventBus()) {
            bus.subscribe("first", first::add);
            bus.subscribe("second", second::add);
            List<Event> sent = numbered(500);
            sent.forEach(bus::publish);
            Await.until("all arrived", SOON, () -> first.size() == 500 && second.size() == 500);
            assertThat(first).isEqualTo(sent);
            assertThat(second).isEqualTo(sent);
            assertThat(bus.lost()).isZero();
        }
    }

    @Test
    void losesTheOldestForASlowReaderOnlyAndTellsIt() throws Exception {
        int count = 3000;
        CountDownLatch go = new CountDownLatch(1);
        List<Event> slow = new CopyOnWriteArrayList<>();
        AtomicLong quick = new AtomicLong();
        try (EventBus bus = new EventBus()) {
            Events.Subscription slowly = bus.subscribe("slow", event -> {
                await(go);
                slow.add(event);
            });
            Events.Subscription quickly = bus.subscribe("quick", event -> quick.incrementAndGet());
            for (Event event : numbered(count)) {
                long target = quick.get() + 1;
                bus.publish(event);
                Await.until("the quick one keeps up", SOON, () -> quick.get() == target);
            }
            Await.until(
                    "the queue of the slow one has lost some",
                    SOON,
                    () -> slowly.lost() >= count - Subscriber.QUEUE_SIZE - 1);
            go.countDown();
            Event last = new Event.SessionDown("", String.valueOf(count - 1));
            Await.until("the slow one has read up", SOON, () -> slow.contains(last));
            long told = slow.stream()
                    .filter(Event.EventsLost.class::isInstance)
                    .mapToLong(event -> ((Event.EventsLost) event).count())
                    .sum();
            long read =
                    slow.stream().filter(Event.SessionDown.class::isInstance).count();
            assertThat(told).isEqualTo(slowly.lost()).isEqualTo(bus.lost());
            assertThat(read + told).isEqualTo(count);
            assertThat(quickly.lost()).isZero();
        }
    }

    @Test
    void dropsAndCountsWhenTheRingIsFullAndNeverWaits() throws Exception {
        try (EventBus bus = new EventBus()) {
            int producers = 4;
            long each = 50_000;
            List<Thread> threads = new ArrayList<>();
            AtomicLong seen = new AtomicLong();
            AtomicLong told = new AtomicLong();
            bus.subscribe("all", event -> {
                if (event instanceof Event.EventsLost lost) {
                    told.addAndGet(lost.count());
                } else {
                    seen.incrementAndGet();
                }
            });
            for (int i = 0; i < producers; i++) {
                threads.add(Thread.ofPlatform().start(() -> numbered((int) each).forEach(bus::publish)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            // One more that surely gets through carries the count of those before it.
            Await.until("all is told", SOON, () -> {
                bus.publish(new Event.LinkRestored("", "end"));
                return seen.get() + told.get() >= (long) producers * each;
            });
            assertThat(bus.lost()).isPositive();
        }
    }

    @Test
    void keepsReadingAfterASubscriberThrew() {
        List<Event> read = new CopyOnWriteArrayList<>();
        try (EventBus bus = new EventBus()) {
            bus.subscribe("throwing", event -> {
                read.add(event);
                throw new IllegalStateException("expected by this test");
            });
            numbered(3).forEach(bus::publish);
            Await.until("all were read", SOON, () -> read.size() == 3);
        }
    }

    @Test
    void endsSubscriptions() {
        List<Event> read = new CopyOnWriteArrayList<>();
        EventBus bus = new EventBus();
        bus.subscribe("test", read::add);
        bus.publish(new Event.LinkRestored("", "before"));
        bus.close();
        assertThat(read).hasSize(1);
        bus.publish(new Event.LinkRestored("", "after"));
        assertThat(bus.lost()).isEqualTo(1);
        assertThatThrownBy(() -> bus.subscribe("late", event -> {})).isInstanceOf(IllegalStateException.class);
        bus.close();
    }

    @Test
    void refusesTooManySubscribers() {
        try (EventBus bus = new EventBus()) {
            List<Events.Subscription> all = new ArrayList<>();
            for (int i = 0; i < EventBus.MAX_SUBSCRIBERS; i++) {
                all.add(bus.subscribe("test", event -> {}));
            }
            assertThatThrownBy(() -> bus.subscribe("late", event -> {})).isInstanceOf(IllegalStateException.class);
            all.getFirst().close();
            bus.subscribe("now", event -> {}).close();
        }
    }

    private static List<Event> numbered(int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(new Event.SessionDown("", String.valueOf(i)));
        }
        return events;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
