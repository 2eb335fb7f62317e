package io.kubetun.kube.catalog;

import io.kubetun.kube.catalog.SliceRecord.SliceEndpoint;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Endpoint;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener of Services and their endpoints, on a thread of its own. What changes again before it was told is told
 * once, so a slow listener costs nothing but its own lateness: at most one entry a Service waits.
 */
final class ServiceWatch implements Cluster.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceWatch.class);

    private final List<Reflector<ServiceRecord>> services;
    private final List<Reflector<SliceRecord>> slices;
    private final List<Reflector<?>> own;
    private final ServiceListener listener;
    private final List<Runnable> listening = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition marked = lock.newCondition();
    private final Set<ObjectKey> dirty = new LinkedHashSet<>();
    private final Map<ObjectKey, ServiceState> told = new HashMap<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("kubetun-services").unstarted(this::run);
    private volatile boolean closed;

    /**
     * Makes one; {@link #start} starts it.
     *
     * @param services where the Services come from, synced
     * @param slices where their slices come from
     * @param own those of them that end with this watch
     * @param listener told of Services
     */
    ServiceWatch(
            List<Reflector<ServiceRecord>> services,
            List<Reflector<SliceRecord>> slices,
            List<Reflector<?>> own,
            ServiceListener listener) {
        this.services = services;
        this.slices = slices;
        this.own = own;
        this.listener = listener;
    }

    /** Tells what is there, and from then on what changes. Blocks until the first is done. */
    void start() throws InterruptedException {
        services.forEach(reflector ->
                listening.add(reflector.listen(change -> mark(change.either().key()))));
        slices.forEach(reflector -> listening.add(reflector.listen(change ->
                mark(new ObjectKey(change.either().namespace(), change.either().service())))));
        services.forEach(reflector -> reflector.store().all().forEach(service -> mark(service.key())));
        thread.start();
        try {
            first.await();
        } catch (InterruptedException e) {
            close();
            throw e;
        }
    }

    private void mark(ObjectKey service) {
        lock.lock();
        try {
            dirty.add(service);
            marked.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!closed) {
                tell(next());
            }
        } catch (InterruptedException e) {
            // closed
        } finally {
            first.countDown();
        }
    }

    private ObjectKey next() throws InterruptedException {
        lock.lock();
        try {
            while (dirty.isEmpty()) {
                first.countDown();
                marked.await();
            }
            ObjectKey key = dirty.iterator().next();
            dirty.remove(key);
            return key;
        } finally {
            lock.unlock();
        }
    }

    private void tell(ObjectKey key) {
        Optional<ServiceState> now = services.stream()
                .flatMap(reflector -> reflector.store().get(key).stream())
                .findFirst()
                .map(this::state);
        try {
            if (now.isPresent()) {
                if (!now.get().equals(told.put(key, now.get()))) {
                    listener.changed(now.get());
                }
            } else if (told.remove(key) != null) {
                listener.removed(key.namespace(), key.name());
            }
        } catch (RuntimeException e) {
            LOG.warn("a listener failed on Service {}", key, e);
        }
    }

    private ServiceState state(ServiceRecord service) {
        Map<InetAddress, Endpoint> endpoints = new LinkedHashMap<>();
        slices.stream()
                .flatMap(reflector -> reflector.store().find(service.key()).stream())
                .flatMap(slice -> slice.endpoints().stream())
                .forEach(endpoint -> endpoints.merge(endpoint.address(), endpoint(endpoint), ServiceWatch::either));
        return new ServiceState(
                service.namespace(),
                service.name(),
                service.kind(),
                service.clusterIps(),
                service.externalName(),
                service.ports(),
                List.copyOf(endpoints.values()));
    }

    private static Endpoint endpoint(SliceEndpoint endpoint) {
        return new Endpoint(endpoint.address(), endpoint.pod(), endpoint.hostname(), endpoint.usable());
    }

    /** While slices are rewritten an address may be in two of them. */
    private static Endpoint either(Endpoint one, Endpoint other) {
        return one.ready() ? one : other;
    }

    @Override
    public void close() {
        closed = true;
        listening.forEach(Runnable::run);
        own.forEach(Reflector::close);
        thread.interrupt();
    }
}
