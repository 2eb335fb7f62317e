package io.kubetun.kube.effect;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.function.Consumer;

/** A bus without passengers: what happens without a session is nobody's news. */
record Unheard() implements Events {
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
