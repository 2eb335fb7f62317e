package io.kubetun.kube.gateway;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.target.GatewayRoutes;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.Gateway;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway that a Deployment keeps running, and this session's lease of it, if it needs one. Thread-safe. */
final class DeployedGateway implements Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(DeployedGateway.class);

    /** An image may have to be pulled first. */
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);

    private static final Duration RENEWAL = Duration.ofSeconds(30);

    private final GatewayObjects objects;
    private final Optional<GatewayLease> lease;
    private final GatewayRoutes routes;
    private final Catalog catalog;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();
    private Optional<FollowedPods> pods = Optional.empty();
    private boolean closed;

    /**
     * Takes what was found.
     *
     * @param objects its objects
     * @param lease the session's lease of it; empty for one that is not kubetun's to remove
     * @param routes says what it is to dial
     * @param catalog of the cluster
     */
    DeployedGateway(GatewayObjects objects, Optional<GatewayLease> lease, GatewayRoutes routes, Catalog catalog) {
        this.objects = objects;
        this.lease = lease;
        this.routes = routes;
        this.catalog = catalog;
    }

    @Override
    public String name() {
        return objects.toString();
    }

    @Override
    public void open(Progress progress) throws KubetunException, InterruptedException {
        FollowedPods followed = followed();
        lease.ifPresent(each -> Thread.ofVirtual().name("kubetun-gateway-lease").start(() -> keep(each)));
        followed.awaitReady(READY_LIMIT, progress);
    }

    private FollowedPods followed() {
        lock.lock();
        try {
            if (pods.isEmpty()) {
                pods = Optional.of(new FollowedPods(objects, catalog));
            }
            return pods.get();
        } finally {
            lock.unlock();
        }
    }

    /** Renews the lease until the end. One that somebody has removed meanwhile, gateway and all, is taken anew. */
    private void keep(GatewayLease held) {
        while (pause()) {
            try {
                held.take();
            } catch (IOException e) {
                LOG.debug("the lease of the gateway {} is not renewed: {}", objects, ApiErrors.reason(e));
            }
        }
    }

    private boolean pause() {
        lock.lock();
        try {
            long left = RENEWAL.toNanos();
            while (!closed && left > 0) {
                left = stopped.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Target.Pod> pod() {
        lock.lock();
        try {
            return pods.flatMap(FollowedPods::pod);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Watch follow(Consumer<Optional<Target.Pod>> told) {
        return followed().listen(told);
    }

    @Override
    public CompletionStage<Target> locate(Target target, Protocol protocol) {
        return routes.locate(target, protocol);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            stopped.signalAll();
            pods.ifPresent(FollowedPods::close);
        } finally {
            lock.unlock();
        }
    }
}
