package io.kubetun.kube.target;

import io.kubetun.kube.Resolution;
import io.kubetun.kube.Resolution.Endpoint;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.portforward.PodDialer;
import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Explanation;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Dials pods by target: resolves it, takes the least loaded endpoint, and the next if that one is no longer there. */
public final class ClusterDialer implements Dialer {
    /** So many endpoints are tried for one flow. */
    static final int MAX_TRIES = 3;

    /** So many dials may wait for the API server at once; further ones fail with LIMIT. */
    private static final int MAX_WAITING = 1024;

    private final Catalog catalog;
    private final TargetResolver resolver;
    private final PodDialer pods;
    private final OpenFlows flows = new OpenFlows();
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    /**
     * Makes a dialer.
     *
     * @param catalog what the cluster holds
     * @param resolver resolves targets against it
     * @param pods the way into pods
     */
    public ClusterDialer(Catalog catalog, TargetResolver resolver, PodDialer pods) {
        this.catalog = catalog;
        this.resolver = resolver;
        this.pods = pods;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        Promise<Channel> promise = loop.newPromise();
        Optional<Resolution> known = resolver.now(target);
        if (known.isPresent()) {
            onLoop(loop, () -> take(known.get(), loop, promise));
        } else if (waiting.tryAcquire()) {
            Thread.ofVirtual().name("kubetun-resolve").start(() -> lookUp(target, loop, promise));
        } else {
            promise.setFailure(new DialException(
                    Reason.LIMIT, "cannot dial " + target + ": " + MAX_WAITING + " dials wait for the API server"));
        }
        return promise;
    }

    /**
     * Goes the way of one flow, which is closed again, and says what happens at each step. Blocks.
     *
     * @param target where to
     * @param loop an event loop of the session, not the caller's
     * @return the steps
     * @throws InterruptedException if interrupted meanwhile
     */
    public Explanation explain(Target target, EventLoop loop) throws InterruptedException {
        return new FlowExplainer(resolver, flows, pods).explain(target, loop);
    }

    private void lookUp(Target target, EventLoop loop, Promise<Channel> promise) {
        try {
            Resolution resolution = resolver.resolve(target);
            loop.execute(() -> take(resolution, loop, promise));
        } catch (InterruptedException | RuntimeException e) {
            promise.tryFailure(new DialException(Reason.CLUSTER_LOST, "cannot resolve " + target + ": " + e, e));
        } finally {
            waiting.release();
        }
    }

    private void take(Resolution resolution, EventLoop loop, Promise<Channel> promise) {
        switch (resolution.outcome()) {
            case Resolution.Nowhere(Reason reason, String message) ->
                promise.tryFailure(new DialException(reason, message));
            case Resolution.Pods(List<Endpoint> candidates) ->
                attempt(flows.leastLoadedFirst(candidates), 0, loop, promise);
        }
    }

    private void attempt(List<Endpoint> endpoints, int index, EventLoop loop, Promise<Channel> promise) {
        Endpoint endpoint = endpoints.get(index);
        flows.opened(endpoint);
        catalog.watchPods(endpoint.namespace());
        pods.dial(new PodPort(endpoint.namespace(), endpoint.pod(), endpoint.port()), loop)
                .addListener((Future<Channel> dialled) -> {
                    if (dialled.isSuccess()) {
                        Channel channel = dialled.getNow();
                        catalog.reached();
                        channel.closeFuture().addListener(closed -> flows.closed(endpoint));
                        if (!promise.trySuccess(channel)) {
                            channel.close();
                        }
                        return;
                    }
                    flows.closed(endpoint);
                    boolean more = index + 1 < Math.min(endpoints.size(), MAX_TRIES);
                    if (more && !promise.isDone() && worthAnother(dialled.cause())) {
                        attempt(endpoints, index + 1, loop, promise);
                    } else {
                        promise.tryFailure(dialled.cause());
                    }
                });
    }

    /**
     * A pod that has just ended refuses before its slice says so. No byte was sent to it, so another may be asked.
     */
    static boolean worthAnother(Throwable failure) {
        return failure instanceof DialException dial
                && switch (dial.reason()) {
                    case UNREACHABLE, UNKNOWN_NAME, REFUSED, TIMED_OUT -> true;
                    case UNKNOWN_PORT, NO_ENDPOINTS, NOT_A_POD, NEEDS_GATEWAY, FORBIDDEN, CLUSTER_LOST, LIMIT, RESET ->
                        false;
                };
    }

    private static void onLoop(EventLoop loop, Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }
}
