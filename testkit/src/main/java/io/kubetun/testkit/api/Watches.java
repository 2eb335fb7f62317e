package io.kubetun.testkit.api;

import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The running watches. Thread-safe. */
final class Watches {
    private final ObjectStore store;
    private final Set<WatchStream> running = ConcurrentHashMap.newKeySet();

    Watches(ObjectStore store) {
        this.store = store;
    }

    void start(ChannelHandlerContext ctx, FullHttpRequest upgrade, ApiRequest request) {
        Predicate<StoredObject> selected = Resources.selected(request);
        WatchOutput output = WatchOutput.open(ctx, upgrade);
        WatchStream watch = new WatchStream(ctx, output, store, request, selected);
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
