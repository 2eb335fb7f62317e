package io.kubetun.kube.portforward;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what was published. */
final class RecordedEvents implements Events {
    private final List<Event> published = new CopyOnWriteArrayList<>();

    @Override
    public void publish(Event event) {
        published.add(event);
    }

    @Override
    public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
        throw new UnsupportedOperationException("events are only kept");
    }

    List<Event> published() {
        return published;
    }
}
