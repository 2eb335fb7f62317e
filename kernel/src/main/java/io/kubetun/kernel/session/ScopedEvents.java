package io.kubetun.kernel.session;

import io.kubetun.spi.event.Event;
import io.kubetun.spi.event.Events;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The event bus as one mode, or the cluster, sees it. Closing ends the subscriptions; what is published after that by a
 * thread that was left running is dropped. Thread-safe.
 */
final class ScopedEvents implements Events, AutoCloseable {
    private final Events session;
    private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ScopedEvents(Events session) {
        this.session = session;
    }

    @Override
    public void publish(Event event) {
        if (!closed) {
            session.publish(event);
        }
    }

    @Override
    public Subscription subscribe(String name, Consumer<? super Event> subscriber) {
        Subscription scoped = new Scoped(session.subscribe(name, subscriber));
        open.add(scoped);
        if (closed) {
            scoped.close();
        }
        return scoped;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(Subscription::close);
    }

    private final class Scoped implements Subscription {
        private final Subscription subscription;

        Scoped(Subscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public long lost() {
            return subscription.lost();
        }

        @Override
        public void close() {
            open.remove(this);
            subscription.close();
        }
    }
}
