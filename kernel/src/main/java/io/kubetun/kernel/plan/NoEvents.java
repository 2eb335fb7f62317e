package io.kubetun.kernel.plan;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.function.Consumer;

/** A bus without passengers: what happens in a plan is nobody's news. */
record NoEvents() implements Events {
    @Override
    public void publish(Event event) {}

    @Override
    public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
        return new Subscription() {
            @Override
            public long lost() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
