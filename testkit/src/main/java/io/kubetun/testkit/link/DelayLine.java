package io.kubetun.testkit.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Holds what goes one way through a link until it is due, in order. Used on one event loop only. */
final class DelayLine {
    private final EventExecutor loop;
    private final Runnable emptied;
    private final Deque<Item> items = new ArrayDeque<>();
    private long bytes;
    private long lastDue = Long.MIN_VALUE;
    private boolean stalled;

    private record Item(long due, int bytes, Runnable deliver, Runnable discard) {}

    /**
     * Makes an empty line.
     *
     * @param loop where to deliver
     * @param emptied run when items have been delivered and none is left
     */
    DelayLine(EventExecutor loop, Runnable emptied) {
        this.loop = loop;
        this.emptied = emptied;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    void add(long delayNanos, int size, Runnable deliver, Runnable discard) {
        long due = Math.max(System.nanoTime() + delayNanos, items.isEmpty() ? Long.MIN_VALUE : lastDue);
        lastDue = due;
        items.addLast(new Item(due, size, deliver, discard));
        bytes += size;
        if (items.size() == 1 && !stalled) {
            schedule(due);
        }
    }

    void stall(boolean stall) {
        if (stalled != stall) {
            stalled = stall;
            deliverDue();
        }
    }

    /** Delivers all that is left, due or not. */
    void flush() {
        while (!items.isEmpty()) {
            take().deliver.run();
        }
    }

    /** Throws all that is left away. */
    void discard() {
        while (!items.isEmpty()) {
            take().discard.run();
        }
    }

    private void deliverDue() {
        if (stalled || items.isEmpty()) {
            return;
        }
        while (!stalled && !items.isEmpty() && items.getFirst().due <= System.nanoTime()) {
            take().deliver.run();
        }
        if (items.isEmpty()) {
            emptied.run();
        } else if (!stalled) {
            schedule(items.getFirst().due);
        }
    }

    private Item take() {
        Item item = items.removeFirst();
        bytes -= item.bytes;
        return item;
    }

    private void schedule(long due) {
        loop.schedule(this::deliverDue, Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
}
