package io.kubetun.kube.gateway;

import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.catalog.PodState;
import io.kubetun.kube.catalog.StateWatch;
import io.kubetun.kube.catalog.Trouble;
import io.kubetun.kube.catalog.WorkloadState;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster.Watch;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The pods of one gateway, as the API server tells of them: which is ready, and what keeps them from it. Thread-safe. */
final class FollowedPods implements AutoCloseable {
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);

    private final GatewayObjects gateway;
    private final Catalog catalog;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<Consumer<Optional<Target.Pod>>> listeners = new CopyOnWriteArrayList<>();
    private final StateWatch<PodState> pods;
    private volatile Optional<PodState> ready = Optional.empty();
    private volatile boolean closed;

    FollowedPods(GatewayObjects gateway, Catalog catalog) {
        this.gateway = gateway;
        this.catalog = catalog;
        this.pods = StateWatch.ofPods(
                catalog, gateway.namespace(), GatewayManifest.selector(gateway.name()), this::podsMoved);
    }

    Optional<Target.Pod> pod() {
        return ready.map(pod -> new Target.Pod(pod.namespace(), pod.name(), GatewayManifest.PORT));
    }

    Watch listen(Consumer<Optional<Target.Pod>> told) {
        listeners.add(told);
        return () -> listeners.remove(told);
    }

    /** Waits until one is ready. Blocks, for at most the limit. */
    void awaitReady(Duration limit, Progress progress) throws KubetunException, InterruptedException {
        boolean seen = pods.await(FIRST_ANSWER);
        if (pods.denied()) {
            throw unusable(
                    ErrorCode.FORBIDDEN,
                    "this user may not " + pods.permission(),
                    "Have the Role of docs/rbac.md applied there, or name another namespace: --gateway-namespace NAME");
        }
        if (!seen) {
            throw unusable(
                    ErrorCode.CLUSTER_UNREACHABLE, "the API server does not tell of its pods", "Try: kubectl get pods");
        }
        podsMoved();
        if (pod().isPresent()) {
            return;
        }
        progress.step("Waiting for the gateway " + gateway + ".");
        // Who may not see Deployments learns of what keeps one from having pods by the limit alone.
        try (StateWatch<WorkloadState> deployment =
                StateWatch.ofWorkload(catalog, "deployments", gateway.namespace(), gateway.name(), this::wake)) {
            awaitReady(limit, deployment, progress);
        }
    }

    private void awaitReady(Duration limit, StateWatch<WorkloadState> deployment, Progress progress)
            throws KubetunException, InterruptedException {
        Set<String> told = new HashSet<>();
        Optional<Trouble> last = Optional.empty();
        long left = limit.toNanos();
        lock.lock();
        try {
            while (pod().isEmpty() && left > 0 && !closed) {
                Optional<Trouble> trouble = trouble(deployment);
                last = trouble;
                if (trouble.isPresent() && trouble.get().lasting()) {
                    break;
                }
                trouble.map(Trouble::text)
                        .filter(told::add)
                        .ifPresent(
                                text -> progress.step("The gateway " + gateway + " is not ready yet: " + text + "."));
                left = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        if (pod().isEmpty()) {
            throw unusable(
                    ErrorCode.CLUSTER_ERROR,
                    last.map(Trouble::text).orElse("no pod of it became ready in " + limit.toSeconds() + " s"),
                    "See docs/gateway.md; look at it: kubectl -n " + gateway.namespace() + " get events");
        }
    }

    /** The newest pod's counts: older ones are on their way out. */
    private Optional<Trouble> trouble(StateWatch<WorkloadState> deployment) {
        Stream<Trouble> ofPods = pods.all().stream()
                .filter(pod -> !pod.terminating())
                .sorted(Comparator.comparing(PodState::created).reversed())
                .flatMap(pod -> pod.trouble().stream());
        Stream<Trouble> ofDeployment = deployment.all().stream().flatMap(each -> each.trouble().stream());
        return Stream.concat(ofPods, ofDeployment).findFirst();
    }

    private KubetunException unusable(ErrorCode code, String why, String next) {
        return new KubetunException(code, "cannot use the gateway " + gateway, why, next);
    }

    private void podsMoved() {
        Optional<PodState> now = pods.all().stream()
                .filter(PodState::ready)
                .max(Comparator.comparing(PodState::created).thenComparing(PodState::name));
        boolean other;
        lock.lock();
        try {
            other = !now.map(PodState::uid).equals(ready.map(PodState::uid));
            ready = now;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        if (other) {
            listeners.forEach(listener -> listener.accept(pod()));
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

    @Override
    public void close() {
        closed = true;
        pods.close();
        wake();
    }
}
