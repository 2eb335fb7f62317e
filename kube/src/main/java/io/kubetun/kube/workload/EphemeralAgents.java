package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.EphemeralAgent;
import io.kubetun.kube.catalog.PodState;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds agents to a workload's pods as they run: to those that are there, and while the session lives to those that come.
 * An agent that dies gets a successor, a few times. Thread-safe.
 */
final class EphemeralAgents implements AutoCloseable {
    /** More pods of one workload than anybody intercepts; the others keep their traffic. */
    static final int MAX_PODS = 500;

    /** Entries of one session in one pod, which nobody can remove. */
    private static final int MAX_AGENTS = 4;

    /** The kubelet and others change a pod's status, too. */
    private static final int MAX_TRIES = 12;

    private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);
    private static final Duration END_LIMIT = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMinutes(5);
    private static final Logger LOG = LoggerFactory.getLogger(EphemeralAgents.class);

    private final Injection injection;
    private final Workloads workloads;
    private final Following following;
    private final AgentDoor door;
    private final ReentrantLock adding = new ReentrantLock();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private volatile boolean closed;

    EphemeralAgents(Injection injection, Workloads workloads, Following following, AgentDoor door) {
        this.injection = injection;
        this.workloads = workloads;
        this.following = following;
        this.door = door;
    }

    static String name(Tree pod) {
        return pod.at("metadata", "name").text().orElse("");
    }

    /** Says whether containers can be added, and are started. */
    static boolean runs(Tree pod) {
        return pod.at("status", "phase").text().equals(Optional.of("Running"))
                && !pod.at("metadata", "deletionTimestamp").present();
    }

    /** The two containers that are added to a pod: the rules do nothing before the agent lives, so they need no order. */
    static List<Map<String, Object>> containers(Injection injection, Tree pod) {
        Intercept intercept = injection.intercept();
        return intercept
                .containers(injection.workload(), injection.ports())
                .added(EphemeralAgent.next(pod), intercept.request().holder(), intercept.now(), intercept.session());
    }

    /**
     * Adds one to each pod that runs. Blocks.
     *
     * @throws KubetunException if somebody else has a pod
     * @throws IOException if the API server refuses
     */
    void addToAll() throws KubetunException, IOException {
        FollowedAgents pods = following.pods();
        for (Tree pod : workloads.pods(injection.workload().query(), MAX_PODS)) {
            if (runs(pod)) {
                add(pods, pod);
            }
        }
    }

    private void add(FollowedAgents pods, Tree first) throws KubetunException, IOException {
        Tree pod = first;
        for (int i = 0; i < MAX_TRIES; i++) {
            List<EphemeralAgent> agents = EphemeralAgent.all(pod);
            Optional<EphemeralAgent> ours = agents.stream().filter(this::isOurs).reduce((one, next) -> next);
            if (ours.isPresent() && ours.get().exitCode().isEmpty()) {
                return;
            }
            Optional<EphemeralAgent> live =
                    agents.stream().filter(EphemeralAgent::live).findFirst();
            if (live.isPresent()) {
                injection.intercept().checkHolder(injection.workload(), Holding.of(live.get()));
                // Of the owner's session of before: both would want the same ports.
                end(pods, name(pod), live.get().number());
            } else if (workloads.addToPod(pod, containers(injection, pod), false)) {
                return;
            }
            Optional<Tree> now = workloads.get(Kind.POD, name(pod)).filter(EphemeralAgents::runs);
            if (now.isEmpty()) {
                return;
            }
            pod = now.get();
        }
        throw new IOException("others change pod/" + name(pod) + " all the time");
    }

    private boolean isOurs(EphemeralAgent agent) {
        return agent.key().equals(injection.intercept().request().ownerKey())
                && agent.session().equals(injection.intercept().session());
    }

    /** Asks it to, and waits until the kubelet says that it has. */
    private void end(FollowedAgents pods, String pod, int number) throws IOException {
        door.end(workloads.namespace(), pod, EndedAgents.LIMIT);
        long end = System.nanoTime() + END_LIMIT.toNanos();
        try {
            pods.awaitPods(FIRST_ANSWER);
            long left = END_LIMIT.toNanos();
            while (left > 0 && !closed) {
                long seen = pods.changes();
                boolean lives = pods.all().stream()
                        .filter(each -> each.name().equals(pod))
                        .flatMap(each -> each.added().stream())
                        .anyMatch(agent ->
                                agent.number() == number && agent.exitCode().isEmpty());
                if (!lives) {
                    return;
                }
                pods.await(seen, Duration.ofNanos(left));
                left = end - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the agent of your session of before in pod/" + pod + " does not end");
    }

    /** Adds one to each pod that comes, from now on, until closed. */
    void follow() {
        Thread.ofVirtual().name("kubetun-intercept-pods").start(this::run);
    }

    private void run() {
        FollowedAgents pods = following.pods();
        while (!closed) {
            long seen = pods.changes();
            boolean failed = !pods.wasEnded() && !addToNew(pods);
            try {
                pods.await(seen, failed ? AGAIN : QUIET);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Says whether all that should have one have one. */
    private boolean addToNew(FollowedAgents pods) {
        boolean all = true;
        List<PodState> there = pods.all();
        failures.keySet()
                .removeIf(name -> there.stream().noneMatch(pod -> pod.name().equals(name)));
        for (PodState pod : there) {
            if (needsOne(pod)) {
                all = added(pods, pod.name()) && all;
            }
        }
        return all;
    }

    private boolean needsOne(PodState pod) {
        List<EphemeralAgent> ours = pod.added().stream().filter(this::isOurs).toList();
        return pod.started()
                && !pod.terminating()
                && ours.size() < MAX_AGENTS
                && ours.stream().allMatch(agent -> agent.exitCode().isPresent());
    }

    private boolean added(FollowedAgents pods, String name) {
        adding.lock();
        try {
            if (closed) {
                return true;
            }
            Optional<Tree> pod = workloads.get(Kind.POD, name).filter(EphemeralAgents::runs);
            if (pod.isPresent()) {
                add(pods, pod.get());
            }
            failures.remove(name);
            return true;
        } catch (KubetunException e) {
            failures.put(name, e.why());
        } catch (IOException e) {
            failures.put(name, ApiErrors.reason(e));
        } finally {
            adding.unlock();
        }
        LOG.debug("pod/{} gets no agent: {}", name, failures.get(name));
        return false;
    }

    /** Which pods get none, and why. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        failures.forEach((pod, why) -> notes.add("pod/" + pod + " gets no agent: " + why + "."));
        return notes;
    }

    @Override
    public void close() {
        closed = true;
        following.close();
        // What is under way is in the pods when they are asked for what is to be ended.
        try {
            if (adding.tryLock(EndedAgents.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                adding.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
