package io.kubetun.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The same world from the cluster's node: what its programs send to a pod comes in by the pod's own network, as from other
 * pods.
 *
 * @param lab what the node is of
 */
record OnNode(LabWorld lab) implements InLab {
    @Override
    public ProcessBuilder asUser(List<String> command, Map<String, String> environment) {
        List<String> all = new ArrayList<>(List.of("env"));
        environment.forEach((name, value) -> all.add(name + "=" + value));
        all.addAll(command);
        return lab.inNode(all);
    }
}
