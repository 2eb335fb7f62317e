package io.kubetun.kube.workload;

import io.kubetun.kube.catalog.AgentState;
import io.kubetun.kube.catalog.EphemeralAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two containers of an intercepted pod: the one that sets the rules and ends, and the agent. What they are told is in
 * the pod, for everybody to see: there is no secret in it.
 *
 * @param image the image of both
 * @param key the public key of whom the agent serves
 * @param tcp the ports that are taken: {@code all}, or numbers with commas
 * @param udp the UDP ports that are taken
 * @param probes the probes that the original containers go on to answer, as {@link Probes} writes them
 * @param entrances where Services lead to the agent, if they and no rules do
 */
record AgentContainers(String image, String key, String tcp, String udp, String probes, Entrances entrances) {
    /** Where the agent listens, on its pod's loopback. */
    static final int PORT = 9701;

    /** An agent that nothing takes out of its pod ends after so long without its laptop. */
    static final Duration IDLE = Duration.ofMinutes(10);

    /** The volume of both for what a Java runtime writes. */
    static final String VOLUME = "kubetun-tmp";

    /** The rules let what this user sends pass, so it must be nobody else's. */
    private static final int USER = 57070;

    /** A slow node's; then the kubelet starts it again. */
    private static final int START_SECONDS = 60;

    /** Sets the rules, with the one capability that this takes. */
    Map<String, Object> rules() {
        Map<String, Object> container = common(AgentState.RULES, "agent-rules");
        container.put(
                "securityContext", security(0, false, Map.of("drop", List.of("ALL"), "add", List.of("NET_ADMIN"))));
        return container;
    }

    /** The agent, which the restricted Pod Security Standard admits. */
    Map<String, Object> agent() {
        Map<String, Object> container = common(AgentState.AGENT, "agent");
        container.put("securityContext", security(USER, true, Map.of("drop", List.of("ALL"))));
        if (entrances.any()) {
            // A pod that is ready before its agent listens would refuse what a Service sends there.
            container.put(
                    "startupProbe",
                    Map.of(
                            "tcpSocket",
                            Map.of("port", Entrances.READY),
                            "periodSeconds",
                            1,
                            "failureThreshold",
                            START_SECONDS));
        }
        return container;
    }

    /**
     * Both as ephemeral containers, which can have neither resources nor a volume that the pod has not: what a Java runtime
     * writes to /tmp, it can do without.
     *
     * @param number in their names, which the pod must never have had
     * @param holder who has it, for people
     * @param since since when, for people
     * @param session tells the owner's sessions from each other
     */
    List<Map<String, Object>> added(int number, String holder, String since, String session) {
        Map<String, Object> rules = ephemeral(rules(), EphemeralAgent.name(AgentState.RULES, number));
        Map<String, Object> agent = ephemeral(agent(), EphemeralAgent.name(AgentState.AGENT, number));
        List<Object> variables = new ArrayList<>(environment());
        variables.add(variable("KUBETUN_AGENT_IDLE_SECONDS", Long.toString(IDLE.toSeconds())));
        variables.add(variable(EphemeralAgent.HOLDER_VARIABLE, holder));
        variables.add(variable(EphemeralAgent.SINCE_VARIABLE, since));
        variables.add(variable(EphemeralAgent.SESSION_VARIABLE, session));
        agent.put("env", variables);
        // The kubelet starts one after the other; the agent takes longer.
        return List.of(agent, rules);
    }

    private static Map<String, Object> ephemeral(Map<String, Object> container, String name) {
        container.put("name", name);
        container.remove("resources");
        container.remove("volumeMounts");
        return container;
    }

    Map<String, Object> volume() {
        return Map.of("name", VOLUME, "emptyDir", Map.of("sizeLimit", "32Mi"));
    }

    private Map<String, Object> common(String name, String role) {
        Map<String, Object> container = new LinkedHashMap<>();
        container.put("name", name);
        container.put("image", image);
        container.put("imagePullPolicy", "IfNotPresent");
        container.put("args", List.of(role));
        container.put("env", environment());
        container.put(
                "resources",
                Map.of("requests", Map.of("cpu", "20m", "memory", "48Mi"), "limits", Map.of("memory", "128Mi")));
        container.put("volumeMounts", List.of(Map.of("name", VOLUME, "mountPath", "/tmp")));
        return container;
    }

    private List<Object> environment() {
        List<Object> variables = new ArrayList<>();
        variables.add(variable(AgentState.KEY_VARIABLE, key));
        variables.add(variable("KUBETUN_AGENT_TCP", tcp));
        variables.add(variable("KUBETUN_AGENT_UDP", udp));
        variables.add(variable("KUBETUN_AGENT_PROBES", probes));
        if (entrances.any()) {
            variables.add(variable(Entrances.VARIABLE, entrances.text()));
        }
        variables.add(field("KUBETUN_AGENT_POD_IPS", "status.podIPs"));
        variables.add(field("KUBETUN_AGENT_NODE_IPS", "status.hostIPs"));
        variables.add(field("POD_NAME", "metadata.name"));
        return variables;
    }

    private static Map<String, Object> variable(String name, String value) {
        return Map.of("name", name, "value", value);
    }

    private static Map<String, Object> field(String name, String path) {
        return Map.of("name", name, "valueFrom", Map.of("fieldRef", Map.of("fieldPath", path)));
    }

    private static Map<String, Object> security(int user, boolean nonRoot, Map<String, Object> capabilities) {
        Map<String, Object> security = new LinkedHashMap<>();
        security.put("runAsUser", user);
        security.put("runAsGroup", user);
        security.put("runAsNonRoot", nonRoot);
        security.put("allowPrivilegeEscalation", false);
        security.put("readOnlyRootFilesystem", true);
        security.put("capabilities", capabilities);
        security.put("seccompProfile", Map.of("type", "RuntimeDefault"));
        return security;
    }
}
