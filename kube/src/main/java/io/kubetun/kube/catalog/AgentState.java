package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the agent in an intercepted pod gets on.
 *
 * @param key the public key of whom it serves, as it was given
 * @param session which of the owner's sessions, if the agent was added to the pod as it ran; else empty
 * @param running whether its container runs
 * @param ruled whether the rules are set that lead traffic to it
 * @param restarts how often its container was started again
 * @param lastEnd why its container ended last, such as {@code OOMKilled}; empty if it never did
 * @param trouble what keeps it from running, if it says so
 */
public record AgentState(
        String key,
        String session,
        boolean running,
        boolean ruled,
        int restarts,
        Optional<String> lastEnd,
        Optional<Trouble> trouble) {
    /** The name of the agent's container. */
    public static final String AGENT = "kubetun-agent";

    /** The name of the init container that sets the rules. */
    public static final String RULES = "kubetun-rules";

    /** Where the agent is told whom it serves. */
    public static final String KEY_VARIABLE = "KUBETUN_AGENT_KEY";

    /** Where an agent without rules is told of the ports that Services lead to. */
    public static final String ENTRANCES_VARIABLE = "KUBETUN_AGENT_ENTRANCES";

    /**
     * Finds out whom the agent of a pod serves.
     *
     * @param spec the pod's spec, or its template's
     * @return the key as it was given; empty if there is no agent
     */
    public static Optional<String> key(Tree spec) {
        return spec.at("containers")
                .named(AGENT)
                .map(container -> variable(container.at("env"), KEY_VARIABLE).orElse(""));
    }

    /**
     * Finds out how the agent of a pod got into it.
     *
     * @param pod as the API server has it
     * @return the way; empty if there is no agent, or none that lives
     */
    static Optional<Way> way(Tree pod) {
        Optional<Tree> agent = pod.at("spec", "containers").named(AGENT);
        if (agent.isPresent()) {
            return Optional.of(
                    agent.get().at("env").named(ENTRANCES_VARIABLE).isPresent() ? Way.TARGET_PORT : Way.PATCH);
        }
        return EphemeralAgent.all(pod).stream().anyMatch(EphemeralAgent::live)
                ? Optional.of(Way.EPHEMERAL)
                : Optional.empty();
    }

    static Optional<String> variable(Tree variables, String name) {
        return variables.named(name).flatMap(variable -> variable.at("value").text());
    }

    static Optional<AgentState> of(Tree pod) {
        List<EphemeralAgent> added = EphemeralAgent.all(pod);
        return ofTemplate(pod)
                .or(() -> added.isEmpty()
                        ? Optional.empty()
                        : Optional.of(added.getLast().state()));
    }

    private static Optional<AgentState> ofTemplate(Tree pod) {
        return key(pod.at("spec")).map(key -> {
            Tree rules = pod.at("status", "initContainerStatuses").named(RULES).orElse(Tree.MISSING);
            Tree agent = pod.at("status", "containerStatuses").named(AGENT).orElse(Tree.MISSING);
            return new AgentState(
                    key,
                    "",
                    agent.at("state", "running").present(),
                    true,
                    agent.at("restartCount").number().orElse(0),
                    agent.at("lastState", "terminated", "reason").text(),
                    failedRules(rules).or(() -> PodState.waiting(rules)).or(() -> PodState.waiting(agent)));
        });
    }

    static Optional<Trouble> failedRules(Tree rules) {
        return Stream.of("state", "lastState")
                .map(state -> rules.at(state, "terminated"))
                .filter(end -> end.at("exitCode").number().orElse(0) != 0)
                .map(end -> new Trouble(
                        "its rules cannot be set: "
                                + end.at("message")
                                        .text()
                                        .or(() -> end.at("reason").text())
                                        .orElse("it is not said why")
                                + " (exit code " + end.at("exitCode").text().orElse("") + ")",
                        true))
                .findFirst();
    }
}
