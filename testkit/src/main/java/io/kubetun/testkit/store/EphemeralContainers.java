package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What may become of a pod's ephemeral containers: new ones are added, none is changed or taken away.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/">Kubernetes: ephemeral
 *     containers</a>
 */
public final class EphemeralContainers {
    private static final String FIELD = "ephemeralContainers";
    private static final List<String> FORBIDDEN =
            List.of("ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

    private EphemeralContainers() {}

    /**
     * Changes them and nothing else of the pod.
     *
     * @param pod changed
     * @param wanted the pod as it is wanted
     * @param podSecurity the level that the namespace enforces; empty for none
     * @throws StatusException 403 or 422
     */
    public static void update(ObjectNode pod, JsonNode wanted, String podSecurity) {
        String name = pod.at("/metadata/name").asText();
        JsonNode before = pod.path("spec").path(FIELD);
        JsonNode after = wanted.path("spec").path(FIELD);
        for (JsonNode old : before) {
            if (after.valueStream().noneMatch(old::equals)) {
                throw invalid(
                        name,
                        "Forbidden: existing ephemeral containers \""
                                + old.path("name").asText() + "\" may not be "
                                + (after.valueStream().anyMatch(each -> sameName(each, old)) ? "changed" : "removed"));
            }
        }
        Set<String> names = new HashSet<>();
        Stream.of("containers", "initContainers")
                .flatMap(list -> pod.path("spec").path(list).valueStream())
                .forEach(each -> names.add(each.path("name").asText()));
        for (JsonNode each : after) {
            if (!names.add(each.path("name").asText())) {
                throw invalid(name, "Duplicate value: \"" + each.path("name").asText() + "\"");
            }
            if (each.path("image").asText("").isEmpty()) {
                throw invalid(name, "image: Required value");
            }
            FORBIDDEN.stream().filter(each::has).findFirst().ifPresent(field -> {
                throw invalid(name, field + ": Forbidden: cannot be set for an Ephemeral Container");
            });
            requireSecurity(name, each, podSecurity);
        }
        if (after.isEmpty()) {
            return;
        }
        ((ObjectNode) pod.path("spec")).set(FIELD, after.deepCopy());
    }

    private static boolean sameName(JsonNode one, JsonNode other) {
        return one.path("name").equals(other.path("name"));
    }

    private static void requireSecurity(String pod, JsonNode container, String level) {
        boolean strict = level.equals("baseline") || level.equals("restricted");
        JsonNode added = container.at("/securityContext/capabilities/add");
        if (strict && !added.isEmpty()) {
            throw new StatusException(
                    403,
                    "Forbidden",
                    "pods \"" + pod + "\" is forbidden: violates PodSecurity \"" + level
                            + ":latest\": non-default capabilities (container \""
                            + container.path("name").asText() + "\" must not include \""
                            + added.path(0).asText() + "\" in securityContext.capabilities.add)");
        }
    }

    private static StatusException invalid(String pod, String why) {
        return new StatusException(422, "Invalid", "Pod \"" + pod + "\" is invalid: spec.ephemeralContainers: " + why);
    }
}
