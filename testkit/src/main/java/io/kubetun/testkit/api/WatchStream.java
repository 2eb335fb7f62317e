package io.kubetun.testkit.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.store.Change;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A running watch: one JSON document for each change.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/">Kubernetes: API concepts</a>
 */
final class WatchStream {
    private static final long BOOKMARK_SECONDS = 30;
    /** A client that leaves more than this unread is disconnected. */
    private static final long UNREAD_LIMIT = 32L << 20;

    private final ChannelHandlerContext context;
    private final WatchOutput output;
    private final ObjectStore store;
    private final ApiRequest request;
    private final Predicate<StoredObject> selected;
    private Runnable unfollow = () -> {};
    private boolean ended;

    WatchStream(
            ChannelHandlerContext context,
            WatchOutput output,
            ObjectStore store,
            ApiRequest request,
            Predicate<StoredObject> selected) {
        this.context = context;
        this.output = output;
        this.store = store;
        this.request = request;
        this.selected = selected;
    }

    /**
     * Starts it. On the connection's loop.
     *
     * @param onEnd run when it has ended
     */
    void start(Runnable onEnd) {
        store.atomically(this::follow);
        context.channel().closeFuture().addListener(closed -> {
            end();
            onEnd.run();
        });
        long timeout = request.number("timeoutSeconds");
        if (timeout > 0) {
            context.executor().schedule(this::end, timeout, TimeUnit.SECONDS);
        }
        if (request.flag("allowWatchBookmarks")) {
            Future<?> bookmarks = context.executor()
                    .scheduleAtFixedRate(() -> bookmark(false), BOOKMARK_SECONDS, BOOKMARK_SECONDS, TimeUnit.SECONDS);
            context.channel().closeFuture().addListener(closed -> bookmarks.cancel(false));
        }
    }

    private void follow() {
        long after = request.number("resourceVersion");
        boolean initial = request.flag("sendInitialEvents");
        try {
            if (after == 0 || initial) {
                List<StoredObject> present =
                        store.list(request.type(), request.namespace()).objects();
                present.stream().filter(selected).forEach(object -> event("ADDED", object.encoded()));
                if (initial) {
                    bookmark(true);
                }
                after = 0;
            }
            unfollow = store.follow(after, this::changed);
        } catch (StatusException refused) {
            fail(refused);
        }
    }

    private void changed(Change change) {
        StoredObject object = change.object();
        if (!object.type().equals(request.type())
                || !(request.namespace().isEmpty() || request.namespace().equals(object.namespace()))) {
            return;
        }
        boolean before = change.previous().filter(selected).isPresent();
        boolean now = change.action() != Change.Action.DELETED && selected.test(object);
        type(before, now).ifPresent(type -> event(type, object.encoded()));
    }

    private static Optional<String> type(boolean before, boolean now) {
        if (now) {
            return Optional.of(before ? "MODIFIED" : "ADDED");
        }
        return before ? Optional.of("DELETED") : Optional.empty();
    }

    private void bookmark(boolean endOfInitial) {
        ObjectNode object = Json.object()
                .put("kind", request.type().kind())
                .put("apiVersion", request.type().apiVersion());
        ObjectNode metadata = object.putObject("metadata").put("resourceVersion", Long.toString(store.version()));
        if (endOfInitial) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        event("BOOKMARK", Json.write(object));
    }

    /** Ends it with an error, such as 410. From any thread. */
    void fail(StatusException error) {
        event("ERROR", Json.write(error.body()));
        context.executor().execute(this::end);
    }

    private void event(String type, byte[] object) {
        byte[] head = ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
        ByteBuf line = Unpooled.wrappedBuffer(head, object, output.ending());
        context.executor().execute(() -> {
            if (ended) {
                line.release();
            } else if (context.channel().bytesBeforeWritable() > UNREAD_LIMIT) {
                line.release();
                context.channel().close();
            } else {
                output.write(line);
            }
        });
    }

    private void end() {
        if (!ended) {
            ended = true;
            unfollow.run();
            output.end();
        }
    }
}
