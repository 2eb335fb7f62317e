package io.kubetun.kube.workload;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The pods of an intercepted workload, followed from the first question on. Thread-safe. */
final class Following implements AutoCloseable {
    private final Supplier<FollowedAgents> begin;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<FollowedAgents> begun = Optional.empty();

    Following(Supplier<FollowedAgents> begin) {
        this.begin = begin;
    }

    FollowedAgents pods() {
        lock.lock();
        try {
            if (begun.isEmpty()) {
                begun = Optional.of(begin.get());
            }
            return begun.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            begun.ifPresent(FollowedAgents::close);
        } finally {
            lock.unlock();
        }
    }
}
