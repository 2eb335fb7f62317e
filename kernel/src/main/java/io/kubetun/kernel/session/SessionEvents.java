package io.kubetun.kernel.session;

import io.kubetun.kernel.flow.FlowCounts;
import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.function.Consumer;

/**
 * The event bus as a session's cluster and modes see it. The session's state learns from each event before it goes on:
 * on the bus it might be lost.
 *
 * @param bus the kernel's bus
 * @param state the session's state
 * @param counts what the session counts
 */
record SessionEvents(Events bus, SessionState state, FlowCounts counts) implements Events {
    @Override
    public void publish(Event event) {
        state.learn(event);
        counts.learn(event);
        bus.publish(event);
    }

    @Override
    public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
        return bus.subscribe(name, subscriber);
    }
}
