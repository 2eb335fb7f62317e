package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.EphemeralAgent;
import io.kubetun.kube.document.Tree;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The end of agents that were added to pods as they ran. Blocks.
 *
 * @param workloads ask the API server
 * @param door asks the agents
 */
record EndedAgents(Workloads workloads, AgentDoor door) {
    /** A session's end waits no longer. */
    static final Duration LIMIT = Duration.ofMillis(1200);

    /**
     * Ends agents that may take traffic. Those that wait for their image take none: should it ever come, they end by
     * themselves, as no laptop will.
     *
     * @param query finds the pods
     * @param which of their agents
     * @throws IOException if one does not say that it ends
     */
    void endAll(String query, Predicate<EphemeralAgent> which) throws IOException {
        Map<String, Future<Void>> asked = new LinkedHashMap<>();
        for (Tree pod : workloads.pods(query, EphemeralAgents.MAX_PODS)) {
            if (EphemeralAgents.runs(pod)
                    && EphemeralAgent.all(pod).stream()
                            .filter(EphemeralAgent::live)
                            .anyMatch(which)) {
                String name = EphemeralAgents.name(pod);
                asked.put(name, door.end(workloads.namespace(), name, LIMIT));
            }
        }
        List<String> failed = new ArrayList<>();
        for (Map.Entry<String, Future<Void>> each : asked.entrySet()) {
            each.getValue().awaitUninterruptibly(LIMIT.toMillis() * 2, TimeUnit.MILLISECONDS);
            if (!each.getValue().isSuccess()) {
                Throwable why = each.getValue().cause();
                failed.add("the agent in pod/" + each.getKey() + " is not told to end: "
                        + (why == null ? "it does not answer" : String.valueOf(why.getMessage())));
            }
        }
        if (!failed.isEmpty()) {
            throw new IOException(failed.stream().collect(Collectors.joining("; ")));
        }
    }
}
