package io.kubetun.spi.cluster;

import java.util.Map;

/**
 * What a workload's process has in its environment, as the cluster's documents say it.
 *
 * @param pod the pod that it was read for: some values differ from pod to pod
 * @param container the container
 * @param variables values by name; secrets among them
 */
public record WorkloadEnvironment(String pod, String container, Map<String, String> variables) {
    /** Takes a copy. */
    public WorkloadEnvironment {
        variables = Map.copyOf(variables);
    }

    /** Says nothing of the values, which may be secret. */
    @Override
    public String toString() {
        return pod + "/" + container + " " + variables.keySet();
    }
}
