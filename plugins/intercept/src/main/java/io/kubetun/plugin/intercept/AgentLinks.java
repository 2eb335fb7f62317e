package io.kubetun.plugin.intercept;

import io.kubetun.spi.Inbound;
import io.kubetun.spi.Inbound.AgentLink;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.cluster.Interception.Agents;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A link to the agent of each pod of a workload, as the pods come and go. One that starts is tried, too; it counts when the
 * API server has told that it runs. Thread-safe.
 */
final class AgentLinks implements AutoCloseable {
    /** An agent whose container runs listens after this at the latest. */
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(15);

    private final Inbound inbound;
    private final Inbound.Taker taker;
    private final Map<Target.Pod, AgentLink> links = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Watch watch;
    private Set<Target.Pod> running = Set.of();
    private boolean closed;

    AgentLinks(Interception interception, Inbound inbound, Inbound.Taker taker) {
        this.inbound = inbound;
        this.taker = taker;
        this.watch = interception.follow(this::follow);
        follow(interception.agents());
    }

    private void follow(Agents agents) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            Set<Target.Pod> wanted = new HashSet<>(agents.running());
            wanted.addAll(agents.starting());
            for (Target.Pod gone : Set.copyOf(links.keySet())) {
                if (!wanted.contains(gone)) {
                    links.remove(gone).close();
                }
            }
            for (Target.Pod agent : wanted) {
                if (!links.containsKey(agent)) {
                    links.put(agent, inbound.link(agent, taker, state -> wake()));
                }
            }
            running = agents.running();
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
            while ((running.isEmpty() || up() < running.size()) && left > 0) {
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
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    int up() {
        lock.lock();
        try {
            return running.size() - down().size();
        } finally {
            lock.unlock();
        }
    }

    String whyDown() {
        lock.lock();
        try {
            return down().values().stream().findFirst().orElse("there is none");
        } finally {
            lock.unlock();
        }
    }

    /** Which agents have no link, and why. */
    List<String> notes() {
        lock.lock();
        try {
            return down().entrySet().stream()
                    .map(each -> "The agent in " + each.getKey() + " has no link: " + each.getValue()
                            + ". Its traffic stays in the cluster.")
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Why those that run have no link, by their pods' names; the lock is held. */
    private Map<String, String> down() {
        Map<String, String> down = new TreeMap<>();
        for (Target.Pod agent : running) {
            Inbound.State state = links.get(agent).state();
            if (!state.up()) {
                down.put(agent.name(), state.why());
            }
        }
        return down;
    }

    @Override
    public void close() {
        watch.close();
        lock.lock();
        try {
            closed = true;
            links.values().forEach(AgentLink::close);
            links.clear();
            running = Set.of();
        } finally {
            lock.unlock();
        }
    }
}
