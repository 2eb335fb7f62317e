package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.AgentState;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.PodState;
import io.kubetun.kube.catalog.StateWatch;
import io.kubetun.kube.catalog.Trouble;
import io.kubetun.kube.catalog.WorkloadState;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception.Agents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pods of an intercepted workload, as the API server tells of them: which have an agent, and why others have none. */
final class FollowedAgents implements AutoCloseable {
    private final Way way;
    private final Owned owned;
    private final String key;
    private final ReentrantLock telling = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<Consumer<Agents>> listeners = new CopyOnWriteArrayList<>();
    private final StateWatch<PodState> pods;
    private final Optional<StateWatch<WorkloadState>> workload;
    private volatile WorkloadState known;
    private volatile Agents agents = new Agents(Set.of(), Set.of());
    private long changes;
    private volatile boolean closed;

    /**
     * Starts to follow them.
     *
     * @param way how the agents get into them
     * @param owned the workload
     * @param key the owner's public key: agents of others do not count
     * @param seen the workload as it is after the change
     * @param catalog of the cluster
     */
    FollowedAgents(Way way, Owned owned, String key, Workload seen, Catalog catalog) {
        this.way = way;
        this.owned = owned;
        this.key = key;
        this.known = WorkloadState.of(seen.document());
        this.pods = seen.isBare()
                ? StateWatch.ofPod(catalog, owned.namespace(), owned.name(), this::podsMoved)
                : StateWatch.ofPods(catalog, owned.namespace(), seen.selector(), this::podsMoved);
        this.workload = seen.isBare()
                ? Optional.empty()
                : Optional.of(StateWatch.ofWorkload(
                        catalog, owned.kind().plural(), owned.namespace(), owned.name(), this::workloadMoved));
    }

    /** Waits for the first list of pods; false also if they may not be listed. */
    boolean awaitPods(Duration limit) throws InterruptedException {
        boolean seen = pods.await(limit);
        podsMoved();
        return seen;
    }

    boolean denied() {
        return pods.denied();
    }

    String permission() {
        return pods.permission();
    }

    Agents agents() {
        return agents;
    }

    Watch listen(Consumer<Agents> told) {
        listeners.add(told);
        return () -> listeners.remove(told);
    }

    /** How far the rollout is. */
    record Count(int with, int of) {
        boolean complete() {
            return with == of;
        }
    }

    Count count() {
        List<PodState> staying =
                staying().stream().filter(pod -> replaces() || pod.started()).toList();
        int with = (int) staying.stream().filter(this::isTaken).count();
        return new Count(with, replaces() ? Math.max(staying.size(), known.wanted()) : staying.size());
    }

    /** Says whether the pods are replaced by others with an agent. */
    private boolean replaces() {
        return way != Way.EPHEMERAL;
    }

    /** All pods that are there now. */
    List<PodState> all() {
        return pods.all();
    }

    /** Says whether somebody has told the agents of this session to end, before it did itself. */
    boolean wasEnded() {
        return pods.all().stream()
                .flatMap(pod -> pod.added().stream())
                .anyMatch(agent ->
                        agent.key().equals(key) && agent.session().equals(owned.session()) && agent.wasEnded());
    }

    /** Says whether it has fewer pods than it shall have. */
    boolean missing() {
        return replaces() && staying().size() < known.wanted();
    }

    /** The pods that take traffic and have no agent of the owner's. */
    List<String> readyWithoutAgent() {
        return staying().stream()
                .filter(pod -> pod.ready() && !hasAgent(pod))
                .map(pod -> "pod/" + pod.name())
                .toList();
    }

    /** Says whether pods of before are on their way out. */
    boolean leaving() {
        return replaces()
                && pods.all().stream()
                        .anyMatch(pod -> pod.terminating() && ours(pod).isEmpty());
    }

    private List<PodState> staying() {
        return pods.all().stream()
                .filter(pod -> !pod.terminating())
                .sorted(Comparator.comparing(PodState::created).reversed().thenComparing(PodState::name))
                .toList();
    }

    private boolean hasAgent(PodState pod) {
        return ours(pod).map(AgentState::running).orElse(false);
    }

    /** Nothing is known yet that keeps it from running. */
    private boolean awaitsAgent(PodState pod) {
        return !pod.terminating()
                && ours(pod)
                        .map(agent -> !agent.running() && agent.trouble().isEmpty())
                        .orElse(false);
    }

    private boolean isTaken(PodState pod) {
        return ours(pod).map(agent -> agent.running() && agent.ruled()).orElse(false);
    }

    private Optional<AgentState> ours(PodState pod) {
        return pod.agent()
                .filter(agent -> agent.key().equals(key))
                .filter(agent -> agent.session().equals(replaces() ? "" : owned.session()));
    }

    /** What keeps a pod's agent from running: not what keeps the user's own containers from it. */
    Optional<Trouble> agentTrouble() {
        return staying().stream()
                .flatMap(pod -> ours(pod).stream())
                .filter(agent -> !agent.running() || !agent.ruled())
                .flatMap(agent -> agent.trouble().stream())
                .findFirst();
    }

    /** What keeps the workload from having pods. */
    Optional<Trouble> workloadTrouble() {
        return replaces() ? known.trouble() : Optional.empty();
    }

    /** What else is worth a line while one waits. */
    Optional<Trouble> podTrouble() {
        return staying().stream()
                .filter(pod -> ours(pod).isPresent() && !pod.ready())
                .flatMap(pod -> pod.trouble().stream())
                .findFirst();
    }

    /** Says whether new pods still get the owner's agent. */
    boolean isOurs() {
        return replaces() ? known.agentKey().equals(Optional.of(key)) : !wasEnded();
    }

    /** Counts what was told by the API server. */
    long changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until more has changed than was seen, or the time is over. */
    void await(long seen, Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (changes == seen && !closed && left > 0) {
                left = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        return closed;
    }

    /** A sentence for each pod that is not as it should be. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!isOurs()) {
            notes.add("Somebody has taken the agent out of " + owned + ": end the session and start it again.");
        }
        workloadTrouble().ifPresent(trouble -> notes.add(owned + " has not all its pods: " + trouble.text() + "."));
        staying().forEach(pod -> note(pod).ifPresent(notes::add));
        return notes;
    }

    private Optional<String> note(PodState pod) {
        Optional<AgentState> agent = ours(pod);
        if (agent.isEmpty()) {
            return Optional.of("pod/" + pod.name() + " has no agent of this session"
                    + (replaces() ? ": it is not replaced yet." : "."));
        }
        if (!agent.get().running() || !agent.get().ruled()) {
            String why = Stream.of(agent.get().trouble(), pod.trouble())
                    .flatMap(Optional::stream)
                    .map(Trouble::text)
                    .findFirst()
                    .orElse("it is starting");
            return Optional.of("The agent in pod/" + pod.name() + " does not run: " + why + ".");
        }
        int restarts = agent.get().restarts();
        return restarts == 0
                ? Optional.empty()
                : Optional.of("The agent in pod/" + pod.name() + " was started again "
                        + (restarts == 1 ? "once" : restarts + " times")
                        + agent.get()
                                .lastEnd()
                                .map(reason -> ", last after " + reason)
                                .orElse("") + ".");
    }

    /** Also the one who waits for the first list comes here; listeners are told by one at a time, in order. */
    private void podsMoved() {
        telling.lock();
        try {
            Agents now = new Agents(these(this::hasAgent), these(this::awaitsAgent));
            boolean other = !now.equals(agents);
            agents = now;
            wake();
            if (other) {
                listeners.forEach(listener -> listener.accept(now));
            }
        } finally {
            telling.unlock();
        }
    }

    private Set<Target.Pod> these(Predicate<PodState> which) {
        return pods.all().stream()
                .filter(which)
                .map(pod -> new Target.Pod(pod.namespace(), pod.name(), AgentContainers.PORT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private void workloadMoved() {
        workload.stream().flatMap(each -> each.all().stream()).findFirst().ifPresent(state -> known = state);
        wake();
    }

    private void wake() {
        lock.lock();
        try {
            changes++;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        pods.close();
        workload.ifPresent(StateWatch::close);
        wake();
    }
}
