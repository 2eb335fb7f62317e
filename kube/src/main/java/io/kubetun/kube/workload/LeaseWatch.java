package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of the end of a workload's Lease, where the user may watch it and there is one. Thread-safe. */
final class LeaseWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

    private final ShownLeases leases;
    private final Workload workload;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private Optional<ApiResponse> open = Optional.empty();
    private boolean running;
    private boolean refused;
    private boolean there;
    private boolean closed;
    private long ends;

    LeaseWatch(ShownLeases leases, Workload workload) {
        this.leases = leases;
        this.workload = workload;
        begin();
    }

    private void begin() {
        running = true;
        Thread.ofVirtual().name("kubetun-lease-watch").start(this::run);
    }

    private void run() {
        try (ApiResponse response = leases.follow(workload.kind(), workload.name())) {
            if (opened(response)) {
                read(response);
            }
        } catch (ApiException e) {
            over(true);
            return;
        } catch (IOException | RuntimeException e) {
            LOG.debug("the Lease of {} is followed no more", workload, e);
        }
        over(false);
    }

    private boolean opened(ApiResponse response) {
        lock.lock();
        try {
            open = Optional.of(response);
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void read(ApiResponse response) throws IOException {
        try (Json json = response.json()) {
            for (Optional<Tree> event = json.next(); event.isPresent(); event = json.next()) {
                take(event.get());
            }
        }
    }

    private void take(Tree event) {
        lock.lock();
        try {
            boolean before = there;
            there = switch (event.at("type").text().orElse("")) {
                case "ADDED", "MODIFIED" -> true;
                case "DELETED" -> false;
                default -> there;
            };
            if (before && !there) {
                ends++;
                moved.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void over(boolean wasRefused) {
        lock.lock();
        try {
            open = Optional.empty();
            refused = wasRefused;
            running = false;
            there = false;
        } finally {
            lock.unlock();
        }
    }

    /** How often a Lease has ended so far. */
    long ends() {
        lock.lock();
        try {
            return ends;
        } finally {
            lock.unlock();
        }
    }

    /** Says whether there is one whose end would be heard; takes up a watch that has ended. */
    boolean follows() {
        lock.lock();
        try {
            if (!running && !refused && !closed) {
                begin();
            }
            return there;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end of one since, for a time. */
    void await(long seen, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (ends == seen && left > 0) {
                left = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Optional<ApiResponse> last;
        lock.lock();
        try {
            closed = true;
            last = open;
        } finally {
            lock.unlock();
        }
        last.ifPresent(ApiResponse::close);
    }
}
