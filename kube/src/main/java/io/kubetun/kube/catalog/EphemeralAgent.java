package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An agent that was added to a pod as it ran, or what is left of one: such an entry stays until the pod is replaced.
 *
 * @param number which of the pod's it is; never used twice
 * @param key the public key of whom it serves, as it was given
 * @param holder who that is, for people
 * @param since since when: ISO 8601, UTC
 * @param session which of the owner's sessions
 * @param running whether its process runs
 * @param ruled whether its rules are set
 * @param stuck whether it waits for what may never come, such as its image
 * @param exitCode how its process has ended; empty if it has not
 * @param trouble what keeps it from working, if it says so
 * @see <a href="https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/">Kubernetes: ephemeral
 *     containers</a>
 */
public record EphemeralAgent(
        int number,
        String key,
        String holder,
        String since,
        String session,
        boolean running,
        boolean ruled,
        boolean stuck,
        Optional<Integer> exitCode,
        Optional<Trouble> trouble) {
    /** Where people find who has it. */
    public static final String HOLDER_VARIABLE = "KUBETUN_AGENT_HOLDER";

    /** Where people find since when. */
    public static final String SINCE_VARIABLE = "KUBETUN_AGENT_SINCE";

    /** Tells the owner's sessions from each other. */
    public static final String SESSION_VARIABLE = "KUBETUN_AGENT_SESSION";

    private static final Pattern NUMBERED =
            Pattern.compile("(" + AgentState.AGENT + "|" + AgentState.RULES + ")-([0-9]{1,9})");

    /**
     * Finds those of a pod.
     *
     * @param pod as the API server has it
     * @return the first one first
     */
    public static List<EphemeralAgent> all(Tree pod) {
        return pod.at("spec", "ephemeralContainers").items().stream()
                .filter(container -> name(container).startsWith(AgentState.AGENT))
                .flatMap(container -> number(container).stream().map(number -> of(pod, container, number)))
                .sorted(Comparator.comparingInt(EphemeralAgent::number))
                .toList();
    }

    /**
     * Finds a number that none of a pod's entries has.
     *
     * @param pod as the API server has it
     * @return 1 or more
     */
    public static int next(Tree pod) {
        return pod.at("spec", "ephemeralContainers").items().stream()
                        .flatMap(container -> number(container).stream())
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElse(0)
                + 1;
    }

    /**
     * Names a container.
     *
     * @param kind {@link AgentState#AGENT} or {@link AgentState#RULES}
     * @param number which one
     * @return such as {@code kubetun-agent-1}
     */
    public static String name(String kind, int number) {
        return kind + "-" + number;
    }

    private static EphemeralAgent of(Tree pod, Tree container, int number) {
        Tree variables = container.at("env");
        Tree agent = status(pod, name(AgentState.AGENT, number));
        Tree rules = status(pod, name(AgentState.RULES, number));
        Tree end = agent.at("state", "terminated");
        Optional<Trouble> trouble =
                AgentState.failedRules(rules).or(() -> PodState.waiting(rules)).or(() -> PodState.waiting(agent));
        return new EphemeralAgent(
                number,
                AgentState.variable(variables, AgentState.KEY_VARIABLE).orElse(""),
                AgentState.variable(variables, HOLDER_VARIABLE).orElse(""),
                AgentState.variable(variables, SINCE_VARIABLE).orElse(""),
                AgentState.variable(variables, SESSION_VARIABLE).orElse(""),
                agent.at("state", "running").present(),
                rules.at("state", "terminated").present()
                        && rules.at("state", "terminated", "exitCode").number().orElse(0) == 0,
                PodState.waiting(agent).isPresent(),
                end.present() ? Optional.of(end.at("exitCode").number().orElse(0)) : Optional.empty(),
                trouble);
    }

    private static Tree status(Tree pod, String name) {
        return pod.at("status", "ephemeralContainerStatuses").named(name).orElse(Tree.MISSING);
    }

    private static String name(Tree container) {
        return container.at("name").text().orElse("");
    }

    private static Optional<Integer> number(Tree container) {
        Matcher matcher = NUMBERED.matcher(name(container));
        return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(2))) : Optional.empty();
    }

    /**
     * Says whether it may take traffic, now or soon.
     *
     * @return false if it has ended, or waits for what may never come
     */
    public boolean live() {
        return exitCode.isEmpty() && !stuck;
    }

    /**
     * Says whether somebody has asked for its end.
     *
     * @return true if that is how it has ended
     */
    public boolean wasEnded() {
        return exitCode.equals(Optional.of(0));
    }

    AgentState state() {
        Optional<Trouble> ended = exitCode.map(code -> new Trouble(
                code == 0 ? "somebody has ended it" : "its container has ended with exit code " + code, false));
        return new AgentState(key, session, running, ruled, 0, Optional.empty(), trouble.or(() -> ended));
    }
}
