package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How a pod gets on.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid which of the pods that had this name over time
 * @param created when it was created, as text that sorts by time
 * @param started whether its containers have been started
 * @param ready whether it takes traffic and will stay
 * @param terminating whether it is about to end, or has ended
 * @param trouble what keeps it from being ready, if it says so
 * @param agent the agent in it, the last one if there were several; empty if it has none
 * @param added the agents that were added to it as it ran, also those that have ended
 * @see <a href="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/">Kubernetes: pod lifecycle</a>
 */
public record PodState(
        String namespace,
        String name,
        String uid,
        String created,
        boolean started,
        boolean ready,
        boolean terminating,
        Optional<Trouble> trouble,
        Optional<AgentState> agent,
        List<EphemeralAgent> added)
        implements Stored {
    /** Takes a copy. */
    public PodState {
        added = List.copyOf(added);
    }

    /**
     * Trims a pod.
     *
     * @param pod as the API server sends it
     * @return what matters of it
     */
    static PodState of(Tree pod) {
        String phase = pod.at("status", "phase").text().orElse("");
        boolean ended = phase.equals("Succeeded") || phase.equals("Failed");
        boolean terminating = ended || pod.at("metadata", "deletionTimestamp").present();
        return new PodState(
                Resource.namespace(pod),
                Resource.name(pod),
                pod.at("metadata", "uid").text().orElse(""),
                pod.at("metadata", "creationTimestamp").text().orElse(""),
                phase.equals("Running"),
                !terminating && condition(pod, "Ready", "True").isPresent(),
                terminating,
                trouble(pod),
                AgentState.of(pod),
                EphemeralAgent.all(pod));
    }

    private static Optional<Trouble> trouble(Tree pod) {
        Optional<Trouble> waiting = pod.at("status", "containerStatuses").items().stream()
                .flatMap(container -> waiting(container).stream())
                .findFirst();
        return waiting.or(() -> condition(pod, "PodScheduled", "False")
                .map(condition -> new Trouble(
                        "no node takes its pod: "
                                + condition.at("message").text().orElse("it is not said why"),
                        false)));
    }

    static Optional<Trouble> waiting(Tree container) {
        Tree waiting = container.at("state", "waiting");
        String reason = waiting.at("reason").text().orElse("");
        String message = waiting.at("message").text().map(text -> ": " + text).orElse("");
        String image = container.at("image").text().orElse("");
        return switch (reason) {
            case "", "ContainerCreating", "PodInitializing" -> Optional.empty();
            // The first failure; when the kubelet begins to wait before the next try, it has failed twice.
            case "ErrImagePull" ->
                Optional.of(new Trouble("the image " + image + " cannot be pulled" + message, false));
            case "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull" ->
                Optional.of(new Trouble("the image " + image + " cannot be pulled (" + reason + ")" + message, true));
            case "CrashLoopBackOff" ->
                Optional.of(new Trouble("its container ends again and again" + ended(container), true));
            default -> Optional.of(new Trouble("its container does not start (" + reason + ")" + message, true));
        };
    }

    private static String ended(Tree container) {
        Tree last = container.at("lastState", "terminated");
        return last.at("exitCode")
                        .text()
                        .map(code -> ", last with exit code " + code)
                        .orElse("")
                + last.at("reason").text().map(reason -> " (" + reason + ")").orElse("");
    }

    private static Optional<Tree> condition(Tree pod, String type, String status) {
        return pod.at("status", "conditions").items().stream()
                .filter(condition -> type.equals(condition.at("type").text().orElse(""))
                        && status.equals(condition.at("status").text().orElse("")))
                .findFirst();
    }

    @Override
    public Collection<?> indexKeys() {
        return List.of();
    }
}
