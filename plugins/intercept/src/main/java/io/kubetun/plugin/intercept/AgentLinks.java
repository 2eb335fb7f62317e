package io.kubetun.plugin.intercept;

import io.kubetun.spi.Inbound;
import io.kubetun.spi.Inbound.AgentLink;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.Interception;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A link to the agent of each pod of a workload, as the pods come and go. Thread-safe. */
final class AgentLinks implements AutoCloseable {
    /** An agent whose container runs listens after this at the latest. */
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(15);

    private final Inbound inbound;
    private final Inbound.Taker taker;
    private final Map<Target.Pod, AgentLink> links = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Watch watch;
    private boolean closed;

    AgentLinks(Interception interception, Inbound inbound, Inbound.Taker taker) {
        this.inbound = inbound;
        this.taker = taker;
        this.watch = interception.follow(this::follow);
        follow(interception.agents());
    }

    private void follow(Set<Target.Pod> agents) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            for (Target.Pod gone : Set.copyOf(links.keySet())) {
                if (!agents.contains(gone)) {
                    links.remove(gone).close();
                }
            }
            for (Target.Pod agent : agents) {
                if (!links.containsKey(agent)) {
                    links.put(agent, inbound.link(agent, taker, state -> wake()));
                }
            }
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all agents are linked that are there now; says whether one is at all. */
    boolean awaitFirst() throws InterruptedException {
        lock.lock();
        try {
            long left = FIRST_LIMIT.toNanos();
            while ((links.isEmpty() || up() < links.size()) && left > 0) {
                left = moved.awaitNanos(left);
            }
            return up() > 0;
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return links.size();
        } finally {
            lock.unlock();
        }
    }

    int up() {
        lock.lock();
        try {
            return (int)
                    links.values().stream().filter(link -> link.state().up()).count();
        } finally {
            lock.unlock();
        }
    }

    String whyDown() {
        lock.lock();
        try {
            return links.values().stream()
                    .filter(link -> !link.state().up())
                    .findFirst()
                    .map(link -> link.state().why())
                    .orElse("there is none");
        } finally {
            lock.unlock();
        }
    }

    /** Which agents have no link, and why. */
    List<String> notes() {
        lock.lock();
        try {
            return links.entrySet().stream()
                    .filter(each -> !each.getValue().state().up())
                    .map(each -> "The agent in " + each.getKey().name() + " has no link: "
                            + each.getValue().state().why() + ". Its traffic stays in the cluster.")
                    .sorted()
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        watch.close();
        lock.lock();
        try {
            closed = true;
            links.values().forEach(AgentLink::close);
            links.clear();
        } finally {
            lock.unlock();
        }
    }
}
