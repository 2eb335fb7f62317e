package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** The links of a pool on one event loop, and all that is done with them is done there. */
final class LoopLinks {
    /** Flows that wait for a link; the next one is refused. */
    private static final int MAX_WAITING = 1024;

    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final double GROWTH = 2;
    private static final long LONGEST_PAUSE_MILLIS = 300_000;
    private static final long PROBE_MILLIS = 2_000;

    private final EventLoop loop;
    private final int max;
    private final Function<EventLoop, Future<Link>> opener;
    private final BiConsumer<Boolean, String> changed;
    private final List<Link> links = new ArrayList<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final Retry retry;
    private boolean opening;
    private boolean gone;
    private boolean closed;

    private record Waiting(Consumer<Link> taken, Consumer<Throwable> failed) {}

    LoopLinks(EventLoop loop, int max, Function<EventLoop, Future<Link>> opener, BiConsumer<Boolean, String> changed) {
        this.loop = loop;
        this.max = max;
        this.opener = opener;
        this.changed = changed;
        this.retry = new Retry(loop, FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS, GROWTH, this::openNow);
    }

    /** Completed once there is a link. */
    Future<Void> ready() {
        Promise<Void> ready = loop.newPromise();
        execute(() -> take(link -> ready.trySuccess(null), ready::tryFailure));
        return ready;
    }

    /** Does something with the link that has the fewest flows, opening one if there is none. */
    <T> Future<T> use(Function<Link, Future<T>> action) {
        Promise<T> promise = loop.newPromise();
        execute(() -> attempt(action, promise, max));
        return promise;
    }

    private <T> void attempt(Function<Link, Future<T>> action, Promise<T> promise, int again) {
        take(
                link -> action.apply(link).addListener((Future<T> done) -> {
                    if (done.isSuccess()) {
                        if (!promise.trySuccess(done.getNow())
                                && done.getNow() instanceof io.netty.channel.Channel late) {
                            late.close();
                        }
                    } else if (again > 0 && isOfLink(done.cause())) {
                        attempt(action, promise, again - 1);
                    } else {
                        promise.tryFailure(done.cause());
                    }
                }),
                promise::tryFailure);
    }

    /** The link went before the flow was open: nothing has been sent, another may carry it. All may be going at once. */
    private static boolean isOfLink(Throwable cause) {
        return cause instanceof DialException dial && dial.reason() == Reason.CLUSTER_LOST;
    }

    void networkChanged() {
        execute(() -> {
            links.forEach(link -> link.probe(PROBE_MILLIS));
            if (gone) {
                retry.reset();
                openNow();
            }
        });
    }

    void close() {
        execute(() -> {
            closed = true;
            retry.cancel();
            List.copyOf(links).forEach(link -> link.close("the session has ended"));
            fail(new DialException(Reason.CLUSTER_LOST, "the session has ended"));
        });
    }

    private void take(Consumer<Link> taken, Consumer<Throwable> failed) {
        if (closed) {
            failed.accept(new DialException(Reason.CLUSTER_LOST, "the session has ended"));
            return;
        }
        Optional<Link> best = links.stream().filter(Link::isTaking).min(Comparator.comparingInt(Link::flows));
        if (best.isPresent()) {
            if (best.get().flows() > 0 && links.size() < max) {
                openNow();
            }
            taken.accept(best.get());
        } else if (waiting.size() >= MAX_WAITING) {
            failed.accept(new DialException(Reason.LIMIT, waiting.size() + " flows wait for the gateway"));
        } else {
            waiting.add(new Waiting(taken, failed));
            openNow();
        }
    }

    private void openNow() {
        if (opening || closed) {
            return;
        }
        opening = true;
        retry.cancel();
        Future<Link> opened;
        try {
            opened = opener.apply(loop);
        } catch (RuntimeException e) {
            opened = loop.newFailedFuture(e);
        }
        opened.addListener((Future<Link> done) -> execute(() -> opened(done)));
    }

    private void opened(Future<Link> done) {
        opening = false;
        if (!done.isSuccess()) {
            fail(done.cause());
            if (gone) {
                retryLater();
            }
            return;
        }
        Link link = done.getNow();
        if (closed) {
            link.close("the session has ended");
            return;
        }
        links.add(link);
        retry.reset();
        if (gone) {
            gone = false;
            changed.accept(true, "");
        }
        link.lost().addListener((Future<String> end) -> lost(link, end.getNow()));
        for (Waiting each = waiting.poll(); each != null; each = waiting.poll()) {
            take(each.taken(), each.failed());
        }
    }

    /** One that has gone by its own will, its flows done, is not missed while another is there. */
    private void lost(Link link, String why) {
        links.remove(link);
        if (closed || links.stream().anyMatch(Link::isTaking)) {
            return;
        }
        if (!gone) {
            gone = true;
            changed.accept(false, why);
        }
        openNow();
    }

    private void retryLater() {
        if (!closed && !opening) {
            retry.later();
        }
    }

    private void fail(Throwable cause) {
        Throwable why = cause instanceof DialException
                ? cause
                : new DialException(Reason.CLUSTER_LOST, "the gateway cannot be reached: " + cause.getMessage(), cause);
        for (Waiting each = waiting.poll(); each != null; each = waiting.poll()) {
            each.failed().accept(why);
        }
    }

    private void execute(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }
}
