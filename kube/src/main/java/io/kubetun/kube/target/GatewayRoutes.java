package io.kubetun.kube.target;

import io.kubetun.kube.catalog.Catalog;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Finds what a gateway is to dial. Thread-safe; never blocks. */
public final class GatewayRoutes {
    /** A target that wants more questions answered than this is given up. */
    private static final int MAX_QUESTIONS = 24;

    /** So many targets may wait for the API server at once; further ones fail with LIMIT. */
    private static final int MAX_WAITING = 1024;

    private final Catalog catalog;
    private final String activeNamespace;
    private final String clusterDomain;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    /**
     * Makes it.
     *
     * @param catalog what the cluster holds
     * @param activeNamespace where short names are looked up
     * @param clusterDomain the cluster's DNS domain
     */
    public GatewayRoutes(Catalog catalog, String activeNamespace, String clusterDomain) {
        this.catalog = catalog;
        this.activeNamespace = activeNamespace;
        this.clusterDomain = clusterDomain;
    }

    /**
     * Finds it.
     *
     * @param target where a flow goes
     * @param protocol by what transport
     * @return an address or a name; fails with a {@link DialException}
     */
    public CompletionStage<Target> locate(Target target, Protocol protocol) {
        RouteFinder finder = new RouteFinder(catalog, activeNamespace, clusterDomain, protocol);
        return switch (finder.find(target)) {
            case Route.To(Target there) -> CompletableFuture.completedStage(there);
            case Route.Nowhere(Reason reason, String message) -> failed(reason, message);
            case Route.Wants wants -> lookUp(finder, target);
        };
    }

    private CompletionStage<Target> lookUp(RouteFinder finder, Target target) {
        if (!waiting.tryAcquire()) {
            return failed(
                    Reason.LIMIT, "cannot dial " + target + ": " + MAX_WAITING + " dials wait for the API server");
        }
        CompletableFuture<Target> found = new CompletableFuture<>();
        Thread.ofVirtual().name("kubetun-route").start(() -> {
            try {
                resolve(finder, target, found);
            } catch (InterruptedException | RuntimeException e) {
                found.completeExceptionally(
                        new DialException(Reason.CLUSTER_LOST, "cannot resolve " + target + ": " + e, e));
            } finally {
                waiting.release();
            }
        });
        return found;
    }

    private void resolve(RouteFinder finder, Target target, CompletableFuture<Target> found)
            throws InterruptedException {
        for (int i = 0; i < MAX_QUESTIONS; i++) {
            switch (finder.find(target)) {
                case Route.To(Target there) -> {
                    found.complete(there);
                    return;
                }
                case Route.Nowhere(Reason reason, String message) -> {
                    found.completeExceptionally(new DialException(reason, message));
                    return;
                }
                case Route.Wants(var query) -> catalog.load(query);
            }
        }
        found.completeExceptionally(new DialException(
                Reason.TIMED_OUT, "cannot resolve " + target + ": the API server's answers do not hold long enough"));
    }

    private static CompletionStage<Target> failed(Reason reason, String message) {
        return CompletableFuture.failedStage(new DialException(reason, message));
    }
}
