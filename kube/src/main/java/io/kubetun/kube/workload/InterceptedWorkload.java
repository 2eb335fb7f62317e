package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.Trouble;
import io.kubetun.kube.workload.FollowedAgents.Count;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A workload whose pods have an agent, or get one. Thread-safe. */
final class InterceptedWorkload implements Interception {
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);

    /** An image may have to be pulled first. */
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);

    /** A rollout may make room for its next pod by taking an old one away: what keeps it from one then ends by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Way way;
    private final Injection injection;
    private final Workload workload;
    private final Owned owned;
    private final Effect change;
    private final Effects effects;
    private final Workloads workloads;
    private final Following following;
    private final Keeper keeper;

    /** What keeps the agents in the pods, where no controller does. */
    interface Keeper extends AutoCloseable {
        /** There is nothing to keep. */
        Keeper NONE = new Keeper() {
            @Override
            public void begin() {}

            @Override
            public List<String> notes() {
                return List.of();
            }

            @Override
            public void close() {}
        };

        /** Begins, when the pods of now have theirs or are given up. */
        void begin();

        /** What a person should know of it. */
        List<String> notes();

        @Override
        void close();
    }

    /**
     * Takes what was changed.
     *
     * @param way how the agents get into the pods
     * @param injection what was put there
     * @param workload as it is after the change
     * @param change the change, to be taken back if the pods do not get their agent
     * @param effects take it back
     * @param workloads ask the API server
     * @param following tells of the pods
     * @param keeper gives later pods theirs
     */
    InterceptedWorkload(
            Way way,
            Injection injection,
            Workload workload,
            Effect change,
            Effects effects,
            Workloads workloads,
            Following following,
            Keeper keeper) {
        this.way = way;
        this.injection = injection;
        this.workload = workload;
        this.owned = injection.owned();
        this.change = change;
        this.effects = effects;
        this.workloads = workloads;
        this.following = following;
        this.keeper = keeper;
    }

    @Override
    public String name() {
        return owned.toString();
    }

    @Override
    public Way way() {
        return way;
    }

    @Override
    public Map<String, Integer> ports() {
        return injection.ports().byAsked();
    }

    FollowedAgents followed() {
        return following.pods();
    }

    @Override
    public void open(Progress progress) throws KubetunException, InterruptedException {
        keeper.begin();
        FollowedAgents pods = followed();
        boolean seen = pods.awaitPods(FIRST_ANSWER);
        if (pods.denied()) {
            throw undone(Refusals.forbidden("cannot follow the pods of " + owned, pods.permission(), null));
        }
        if (!seen) {
            throw undone(failed(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "the API server does not tell of its pods",
                    "Try: kubectl get pods"));
        }
        Optional<Trouble> last = awaitAgents(pods, progress);
        Count count = pods.count();
        if (last.map(Trouble::lasting).orElse(false) || (count.with() == 0 && count.of() > 0)) {
            throw undone(failed(
                    ErrorCode.CLUSTER_ERROR,
                    last.map(Trouble::text).orElse("no pod of it got its agent in " + READY_LIMIT.toSeconds() + " s"),
                    "See docs/modes/intercept.md; look at it: kubectl -n " + owned.namespace() + " get events"));
        }
        if (count.complete()) {
            awaitLeft(pods);
        } else if (!pods.closed()) {
            progress.step(said(count) + " after " + READY_LIMIT.toSeconds() + " s; the others follow by themselves.");
        }
    }

    /** Callers may be led to a pod of before until their node has heard of its end: not for long, it may take its time. */
    private static void awaitLeft(FollowedAgents pods) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long left = PATIENCE.toNanos();
        while (!pods.closed() && left > 0) {
            long seen = pods.changes();
            if (!pods.leaving()) {
                return;
            }
            pods.await(seen, Duration.ofNanos(left));
            left = end - System.nanoTime();
        }
    }

    /** Waits until all have it, or cannot get it, or the time is over; tells what keeps them from it then. */
    private Optional<Trouble> awaitAgents(FollowedAgents pods, Progress progress) throws InterruptedException {
        Set<String> told = new HashSet<>();
        FailedCreations creations = new FailedCreations(workloads, owned);
        long end = System.nanoTime() + READY_LIMIT.toNanos();
        Optional<Trouble> ofWorkload = Optional.empty();
        long since = 0;
        while (!pods.closed() && System.nanoTime() < end) {
            long seen = pods.changes();
            Count count = pods.count();
            if (told.add(said(count))) {
                progress.step(said(count) + ".");
            }
            if (count.complete()) {
                return Optional.empty();
            }
            Optional<Trouble> ofAgent = pods.agentTrouble();
            if (ofAgent.map(Trouble::lasting).orElse(false)) {
                return ofAgent;
            }
            boolean missing = pods.missing();
            Optional<Trouble> now = pods.workloadTrouble().or(() -> missing ? creations.told() : Optional.empty());
            if (!now.equals(ofWorkload)) {
                ofWorkload = now;
                since = System.nanoTime();
            }
            if (now.isPresent() && System.nanoTime() - since >= PATIENCE.toNanos()) {
                return now;
            }
            ofAgent.or(pods::podTrouble)
                    .map(Trouble::text)
                    .filter(told::add)
                    .ifPresent(text -> progress.step("A pod of " + owned + " waits: " + text + "."));
            pods.await(
                    seen,
                    missing || now.isPresent() ? PATIENCE : Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        return pods.agentTrouble().or(pods::podTrouble);
    }

    private String said(Count count) {
        return count.with() + " of " + count.of() + (count.of() == 1 ? " pod of " : " pods of ") + owned
                + (count.of() == 1 ? " has its agent" : " have their agent");
    }

    private KubetunException failed(ErrorCode code, String why, String next) {
        return new KubetunException(code, "cannot intercept " + owned, why, next);
    }

    /** What cannot be used does not stay in the workload. */
    KubetunException undone(KubetunException why) {
        try {
            effects.undo(change);
        } catch (KubetunException e) {
            why.addSuppressed(e);
            return new KubetunException(
                    why.code(), why.what(), why.why() + "; " + e.what() + ": " + e.why(), e.next(), why);
        }
        return new KubetunException(why.code(), why.what(), why.why() + " (" + afterwards() + ")", why.next(), why);
    }

    private String afterwards() {
        return way == Way.PATCH ? "the workload is again what it was" : "no agent is left in its pods";
    }

    @Override
    public Agents agents() {
        return followed().agents();
    }

    @Override
    public Watch follow(Consumer<Agents> told) {
        return followed().listen(told);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(way == Way.PATCH ? Suitability.notes(workload) : List.of());
        notes.addAll(followed().notes());
        notes.addAll(keeper.notes());
        return notes;
    }

    @Override
    public void close() {
        keeper.close();
        following.close();
    }
}
