package io.kubetun.spi.event;

import java.util.function.Consumer;

/**
 * The event bus: many publish, many read. Publishing never blocks and never slows a flow; a subscriber that is slower
 * than the events loses the oldest and is told how many by an {@link Event.EventsLost}.
 */
public interface Events {
    /**
     * Publishes an event. Safe from any thread, event loops too.
     *
     * @param event what happened
     */
    void publish(Event event);

    /**
     * Reads events from now on, on a thread of the bus.
     *
     * @param name the subscriber's name, for the count of lost events
     * @param subscriber called for one event at a time, in order; it may block, then it loses events
     * @return ends the subscription when closed
     */
    Subscription subscribe(String name, Consumer<? super Event> subscriber);

    /** A running subscription. */
    interface Subscription extends AutoCloseable {
        /**
         * Returns how many events it has lost so far.
         *
         * @return 0 or more
         */
        long lost();

        @Override
        void close();
    }
}
