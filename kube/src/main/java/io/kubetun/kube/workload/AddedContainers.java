package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.util.Optional;

/**
 * The question whether the cluster lets an agent and its rules into a pod, put to the API server itself with all that has
 * a say there. Nothing is changed. Blocks.
 *
 * @param workloads ask the API server
 * @param injection what would be added
 */
record AddedContainers(Workloads workloads, Injection injection) {
    /** A pod that the kubelet changes at the same moment is asked about again. */
    private static final int MAX_TRIES = 5;

    /**
     * Asks.
     *
     * @param first a pod that runs
     * @return the refusal; empty if they are let in, or nobody can tell
     * @throws IOException if the API server does not answer
     */
    Optional<ApiException> refusal(Tree first) throws IOException {
        Tree pod = first;
        try {
            for (int i = 0; i < MAX_TRIES; i++) {
                if (workloads.addToPod(pod, EphemeralAgents.containers(injection, pod), true)) {
                    break;
                }
                pod = workloads.pods(injection.workload().query(), EphemeralAgents.MAX_PODS).stream()
                        .filter(EphemeralAgents::runs)
                        .findFirst()
                        .orElse(pod);
            }
            return Optional.empty();
        } catch (ApiException e) {
            return Optional.of(e);
        }
    }

    /** Says whether a refusal is for what the containers are allowed to do, however they get in. */
    static boolean byPodSecurity(ApiException refusal) {
        return String.valueOf(refusal.getMessage()).contains("violates PodSecurity");
    }
}
