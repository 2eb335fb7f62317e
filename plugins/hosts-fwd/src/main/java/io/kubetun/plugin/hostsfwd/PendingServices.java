package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the watch told and nobody has acted on yet: the latest state of each Service, empty for one that is gone. As
 * large as the number of Services at most; a Service that changes ten times meanwhile is acted on once.
 */
final class PendingServices implements ServiceListener {
    private final Object lock = new Object();
    private Map<ForwardKey, Optional<ServiceState>> pending = new LinkedHashMap<>();
    private boolean closed;

    @Override
    public void changed(ServiceState service) {
        put(ForwardKey.ofService(service.namespace(), service.name()), Optional.of(service));
    }

    @Override
    public void removed(String namespace, String name) {
        put(ForwardKey.ofService(namespace, name), Optional.empty());
    }

    private void put(ForwardKey key, Optional<ServiceState> state) {
        synchronized (lock) {
            pending.put(key, state);
            lock.notifyAll();
        }
    }

    /** Returns what is there now. */
    Map<ForwardKey, Optional<ServiceState>> drain() {
        synchronized (lock) {
            Map<ForwardKey, Optional<ServiceState>> drained = pending;
            pending = new LinkedHashMap<>();
            return drained;
        }
    }

    /**
     * Waits for the first change, at most for so long.
     *
     * @return what has changed; empty when the time is over or this is closed
     */
    Map<ForwardKey, Optional<ServiceState>> await(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            while (pending.isEmpty() && !closed) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (left <= 0) {
                    break;
                }
                lock.wait(left);
            }
            return drain();
        }
    }

    boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Wakes who waits. */
    void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
    }
}
