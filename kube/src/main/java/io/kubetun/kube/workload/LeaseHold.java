package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.ApiErrors;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's Lease of a workload: shown from its taking to its giving, and renewed meanwhile. Whatever keeps it from
 * being shown keeps nothing else. Blocks. Thread-safe.
 */
final class LeaseHold implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseHold.class);
    private static final Duration RENEWAL = ShownLease.LENGTH.dividedBy(4);

    private final ShownLeases leases;
    private final Owned owned;
    private final Holding holding;
    private final Proof proof;
    private final ReentrantLock showing = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();
    private boolean asked;
    private boolean given;
    private boolean closed;
    private volatile Optional<String> obstacle = Optional.empty();

    /** Says whether the pods are still the owner's. */
    @FunctionalInterface
    interface Proof {
        boolean holds() throws IOException;
    }

    LeaseHold(ShownLeases leases, Owned owned, Holding holding, Proof proof) {
        this.leases = leases;
        this.owned = owned;
        this.holding = holding;
        this.proof = proof;
    }

    /** Makes one that is never shown. */
    static LeaseHold unshown(ShownLeases leases, Owned owned, Holding holding, String why) {
        LeaseHold hold = new LeaseHold(leases, owned, holding, () -> false);
        hold.obstacle = Optional.of(why);
        return hold;
    }

    /** Shows it before the pods are changed: a living one of somebody else's stays. */
    void take() {
        showing.lock();
        try {
            asked = true;
            show(false);
        } finally {
            showing.unlock();
        }
    }

    /** Shows it in any case, now that the pods are the owner's. */
    void confirm() {
        if (obstacle.isPresent()) {
            renew();
        }
    }

    private void show(boolean proven) {
        try {
            obstacle = leases.show(owned, holding, proven) ? Optional.empty() : Optional.of("somebody else has it");
        } catch (IOException e) {
            obstacle = Optional.of(ApiErrors.reason(e));
            LOG.debug("the Lease of {} is not written: {}", owned, ApiErrors.reason(e));
        }
    }

    /** Renews it until the end. One that somebody has removed with the intercept is not shown again. */
    void keep() {
        Thread.ofVirtual().name("kubetun-intercept-lease").start(() -> {
            while (pause()) {
                renew();
            }
        });
    }

    private void renew() {
        showing.lock();
        try {
            if (asked && !given && proof.holds()) {
                show(true);
            }
        } catch (IOException e) {
            LOG.debug("the Lease of {} is not renewed: {}", owned, ApiErrors.reason(e));
        } finally {
            showing.unlock();
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

    /** Gives it up, for good. */
    void give() throws IOException {
        close();
        showing.lock();
        try {
            given = true;
            LeaseChange.remove(leases, owned);
        } finally {
            showing.unlock();
        }
    }

    /** Why others do not see it. */
    Optional<String> obstacle() {
        return obstacle;
    }

    /** Renews it no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            stopped.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
