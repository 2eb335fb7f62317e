package io.kubetun.kernel.session;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.function.Consumer;

/**
 * The event bus as a session's cluster and modes see it. The session's state learns from each event before it goes on:
 * on the bus it might be lost.
 *
 * @param bus the kernel's bus
 * @param state the session's state
 */
record SessionEvents(Events bus, SessionState state) implements Events {
    @Override
    public void publish(Event event) {
        state.learn(event);
        bus.publish(event);
    }

    @Override
    public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
        return bus.subscribe(name, subscriber);
    }
}
