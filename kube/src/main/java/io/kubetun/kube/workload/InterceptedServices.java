package io.kubetun.kube.workload;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.InterceptRequest;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A workload whose agents are led to by Services: these are changed when all pods have their agent, and put back at once if
 * the agent is taken out of the template by somebody else. Thread-safe.
 */
final class InterceptedServices implements Interception {
    private static final Logger LOG = LoggerFactory.getLogger(InterceptedServices.class);
    private static final Duration LONG = Duration.ofDays(1);

    private final InterceptedWorkload workload;
    private final LedServices led;
    private final List<Effect> changes;
    private final Effects effects;

    InterceptedServices(InterceptedWorkload workload, LedServices led, List<Effect> changes, Effects effects) {
        this.workload = workload;
        this.led = led;
        this.changes = List.copyOf(changes);
        this.effects = effects;
    }

    @Override
    public String name() {
        return workload.name();
    }

    @Override
    public InterceptRequest.Way way() {
        return InterceptRequest.Way.TARGET_PORT;
    }

    @Override
    public Map<String, Integer> ports() {
        Map<String, Integer> asked = workload.ports();
        return asked.isEmpty()
                ? led.entrances().own().keySet().stream()
                        .collect(Collectors.toMap(String::valueOf, Function.identity()))
                : asked;
    }

    @Override
    public void open(Progress progress) throws KubetunException, InterruptedException {
        workload.open(progress);
        FollowedAgents pods = workload.followed();
        List<String> without = pods.readyWithoutAgent();
        if (!without.isEmpty()) {
            throw workload.undone(new KubetunException(
                    ErrorCode.CLUSTER_ERROR,
                    "cannot intercept " + name(),
                    "traffic goes to pods that have no agent: " + String.join(", ", without),
                    "See why they are not replaced: kubectl get events"));
        }
        List<Effect> made = new ArrayList<>();
        for (Effect change : changes) {
            made.add(change);
            try {
                effects.apply(change);
            } catch (KubetunException e) {
                made.reversed().forEach(this::putBack);
                throw workload.undone(e);
            }
        }
        progress.step("Services lead to the agents: " + led + ".");
        Thread.ofVirtual().name("kubetun-service-guard").start(() -> guard(pods));
    }

    /** Services that lead to agents which nobody has any more would lead to nothing. */
    private void guard(FollowedAgents pods) {
        try {
            while (!pods.closed()) {
                long seen = pods.changes();
                if (!pods.isOurs()) {
                    changes.reversed().forEach(this::putBack);
                    return;
                }
                pods.await(seen, LONG);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void putBack(Effect change) {
        try {
            effects.undo(change);
        } catch (KubetunException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public Agents agents() {
        return workload.agents();
    }

    @Override
    public Watch follow(Consumer<Agents> told) {
        return workload.follow(told);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add("The agents in the pods of " + name() + " listen on the pods' addresses at " + led.entrances()
                + ": who reaches a pod there reaches this machine. Callers by a pod's own address reach the original.");
        if (!led.headless().isEmpty()) {
            notes.add("Callers by the headless " + String.join(", ", led.headless()) + " reach the original.");
        }
        notes.addAll(workload.notes());
        return notes;
    }

    @Override
    public void close() {
        workload.close();
    }
}
