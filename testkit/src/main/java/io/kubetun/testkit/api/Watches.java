package io.kubetun.testkit.api;

import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.StatusException;
import io.netty.channel.ChannelHandlerContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The running watches. Thread-safe. */
final class Watches {
    private final ObjectStore store;
    private final Set<WatchStream> running = ConcurrentHashMap.newKeySet();

    Watches(ObjectStore store) {
        this.store = store;
    }

    void start(ChannelHandlerContext ctx, ApiRequest request) {
        WatchStream watch = new WatchStream(ctx, store, request, Resources.selected(request));
        running.add(watch);
        watch.start(() -> running.remove(watch));
    }

    /** Forgets the history and ends all watches with 410. */
    void expire() {
        store.compact();
        running.forEach(watch -> watch.fail(StatusException.expired(1, store.version())));
        running.clear();
    }
}
