package io.kubetun.kube.catalog;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.catalog.Store.Change;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Keeps a store equal to what the API server has: lists, then watches. While the server is away the store stays as it
 * is; afterwards the watch goes on where it was, or with a new list if that is too long ago (410 Gone). Where only
 * listing is allowed it lists every few seconds.
 *
 * @param <R> the record
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes">Kubernetes:
 *     efficient detection of changes</a>
 */
final class Reflector<R extends Stored> implements AutoCloseable {
    private static final int PAGE = 500;
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final Duration ASK_AGAIN_WHEN_FORBIDDEN = Duration.ofSeconds(30);

    /** Bookmarks come about every minute; a watch without a word for longer is opened anew. */
    private static final Duration SILENCE = Duration.ofSeconds(150);

    private static final Duration TOO_SHORT = Duration.ofSeconds(1);

    private final ApiClient api;
    private final Resource<R> resource;
    private final Scope scope;
    private final ServerHealth health;
    private final Consumer<String> denials;
    private final Store<R> store = new Store<>();
    private final List<Consumer<Change<R>>> listeners = new CopyOnWriteArrayList<>();
    private final Backoff backoff = new Backoff();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean synced;
    private volatile boolean denied;
    private volatile Optional<ApiResponse> watching = Optional.empty();
    private String version = "";
    private boolean mayWatch = true;
    private int failures;

    /**
     * Makes one; {@link #start} starts it.
     *
     * @param api the API server
     * @param resource which kind
     * @param scope which objects
     * @param health told whether the server answers
     * @param denials told which verb is missing, as "list pods in namespace lab"
     */
    Reflector(ApiClient api, Resource<R> resource, Scope scope, ServerHealth health, Consumer<String> denials) {
        this.api = api;
        this.resource = resource;
        this.scope = scope;
        this.health = health;
        this.denials = denials;
        this.thread = Thread.ofVirtual()
                .name("kubetun-watch-" + resource.plural() + "-" + scope.namespace())
                .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Store<R> store() {
        return store;
    }

    boolean synced() {
        return synced;
    }

    boolean denied() {
        return denied;
    }

    /** As in "list pods in namespace lab". */
    String permission(String verb) {
        return verb + " " + resource.plural() + " " + scope;
    }

    /**
     * Has changes told from now on, on the thread that reads them.
     *
     * @param listener told of each
     * @return ends that
     */
    Runnable listen(Consumer<Change<R>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Waits until the first list is there, or was forbidden, or the time is over. */
    boolean await(Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lock();
        try {
            while (!synced && !denied && !closed && left > 0) {
                left = moved.awaitNanos(left);
            }
            return synced;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                step();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void step() throws InterruptedException {
        try {
            if (version.isEmpty()) {
                list();
            }
            if (mayWatch) {
                watch();
            } else {
                version = "";
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        } catch (ApiException e) {
            refused(e);
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                // one lost connection is no lost server
                if (failures++ > 0) {
                    health.failed(ApiErrors.reason(e));
                }
                health.pause(backoff.next(health.networkChanges()));
            }
        }
    }

    private void refused(ApiException e) throws InterruptedException {
        if (e.status() < 429) {
            health.answered();
        }
        if (e.gone()) {
            version = "";
            health.pause(backoff.next(health.networkChanges()));
        } else if (e.forbidden() && !version.isEmpty() && !denied) {
            mayWatch = false;
            denials.accept(permission("watch"));
        } else if (e.forbidden()) {
            denials.accept(permission("list"));
            move(false, true);
            health.pause(ASK_AGAIN_WHEN_FORBIDDEN);
        } else {
            health.failed(ApiErrors.reason(e));
            health.pause(backoff.next(health.networkChanges()));
        }
    }

    private void list() throws IOException {
        List<R> complete = new ArrayList<>();
        String next = "";
        Tree metadata;
        do {
            String page = next.isEmpty() ? "" : "&continue=" + ApiClient.encode(next);
            try (ApiResponse response =
                            api.open(resource.path(scope.namespace()) + "?limit=" + PAGE + scope.query() + page);
                    Json json = response.json()) {
                metadata = json.list(item -> complete.add(resource.trim().apply(item)))
                        .at("metadata");
                response.finish();
            }
            next = metadata.at("continue").text().orElse("");
        } while (!next.isEmpty());
        store.replace(complete).forEach(this::tell);
        version = metadata.at("resourceVersion").text().orElse("");
        answered();
        move(true, false);
    }

    private void watch() throws IOException, InterruptedException {
        long start = System.nanoTime();
        int seconds = 240 + ThreadLocalRandom.current().nextInt(120);
        String path = resource.path(scope.namespace()) + "?watch=true&allowWatchBookmarks=true&timeoutSeconds="
                + seconds + "&resourceVersion=" + ApiClient.encode(version) + scope.query();
        try (ApiResponse response = api.open(path, SILENCE)) {
            watching = Optional.of(response);
            failures = 0;
            health.answered();
            readEvents(response);
        } catch (SocketTimeoutException e) {
            return;
        } finally {
            watching = Optional.empty();
        }
        if (System.nanoTime() - start < TOO_SHORT.toNanos()) {
            health.pause(backoff.next(health.networkChanges()));
        }
    }

    /** Already the first look into the body waits for an event: where nothing happens, for minutes. */
    private void readEvents(ApiResponse response) throws IOException {
        try (Json json = response.json()) {
            for (Optional<Tree> event = json.next(); event.isPresent() && !closed; event = json.next()) {
                take(event.get());
                answered();
            }
        }
    }

    private void take(Tree event) throws IOException {
        Tree object = event.at("object");
        switch (event.at("type").text().orElse("")) {
            case "ADDED", "MODIFIED" -> store.put(resource.trim().apply(object)).ifPresent(this::tell);
            case "DELETED" -> store.remove(resource.trim().apply(object).key()).ifPresent(this::tell);
            case "ERROR" ->
                throw new ApiException(
                        object.at("code").number().orElse(500),
                        object.at("reason").text().orElse(""),
                        object.at("message").text().orElse("the watch failed"));
            default -> {
                // a bookmark: only its version matters
            }
        }
        version = object.at("metadata", "resourceVersion").text().orElse(version);
    }

    private void tell(Change<R> change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    private void answered() {
        failures = 0;
        backoff.reset();
        health.answered();
    }

    private void move(boolean nowSynced, boolean nowDenied) {
        lock.lock();
        try {
            synced = nowSynced;
            denied = nowDenied;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        watching.ifPresent(ApiResponse::close);
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
