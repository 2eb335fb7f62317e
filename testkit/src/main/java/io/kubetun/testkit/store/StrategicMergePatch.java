package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Strategic merge patch: lists of named things are merged by their names, with the directives {@code $patch} (delete,
 * replace) and {@code $setElementOrder}, and with the API server's order of new items, which come first. What is empty
 * afterwards is gone, as in an object that went through the API server's types.
 *
 * @see <a
 *     href="https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md">Kubernetes:
 *     strategic merge patch</a>
 */
public final class StrategicMergePatch {
    private static final String PATCH = "$patch";
    private static final String ORDER = "$setElementOrder/";

    /** By which field the items of a list are told apart; lists that are not here are replaced as a whole. */
    private static final Map<String, List<String>> KEYS = Map.ofEntries(
            Map.entry("containers", List.of("name")),
            Map.entry("initContainers", List.of("name")),
            Map.entry("ephemeralContainers", List.of("name")),
            Map.entry("volumes", List.of("name")),
            Map.entry("env", List.of("name")),
            Map.entry("imagePullSecrets", List.of("name")),
            Map.entry("volumeMounts", List.of("mountPath")),
            Map.entry("volumeDevices", List.of("devicePath")),
            Map.entry("hostAliases", List.of("ip")),
            Map.entry("conditions", List.of("type")),
            Map.entry("ownerReferences", List.of("uid")),
            Map.entry("topologySpreadConstraints", List.of("topologyKey")),
            // A container's, or a Service's.
            Map.entry("ports", List.of("containerPort", "port")));

    private static final Set<String> KNOWN = Set.of("delete", "replace", "merge");

    private StrategicMergePatch() {}

    /**
     * Applies a patch.
     *
     * @param target changed
     * @param patch what to change
     * @throws StatusException 400 if a directive is not known
     */
    public static void apply(ObjectNode target, ObjectNode patch) {
        if (directive(patch).equals("replace")) {
            target.removeAll();
        }
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (name.startsWith("$")) {
                continue;
            }
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode deeper) {
                object(target, name, deeper);
            } else if (value instanceof ArrayNode items && key(name, items).isPresent()) {
                list(
                        target,
                        name,
                        items,
                        patch.path(ORDER + name),
                        key(name, items).get());
            } else {
                target.set(name, value);
            }
        }
    }

    private static void object(ObjectNode target, String name, ObjectNode patch) {
        if (directive(patch).equals("delete")) {
            target.remove(name);
            return;
        }
        boolean was = target.get(name) instanceof ObjectNode;
        ObjectNode inner = was ? (ObjectNode) target.get(name) : target.putObject(name);
        boolean full = !inner.isEmpty();
        apply(inner, patch);
        if (inner.isEmpty() && (full || !was) && !patch.isEmpty()) {
            target.remove(name);
        }
    }

    private static Optional<String> key(String list, ArrayNode patch) {
        return KEYS.getOrDefault(list, List.of()).stream()
                .filter(each -> !patch.isEmpty())
                .filter(each -> patch.valueStream().allMatch(item -> item.has(each) || item.has(PATCH)))
                .findFirst();
    }

    private static void list(ObjectNode target, String name, ArrayNode patch, JsonNode order, String key) {
        boolean replaced = patch.valueStream().anyMatch(item -> directive(item).equals("replace"));
        List<ObjectNode> live = new ArrayList<>();
        if (!replaced) {
            target.path(name).forEach(item -> live.add((ObjectNode) item));
        }
        List<String> before = live.stream().map(item -> item.path(key).asText()).toList();
        List<ObjectNode> merged = new ArrayList<>(live);
        List<String> named = new ArrayList<>();
        for (JsonNode item : patch) {
            String value = item.path(key).asText();
            if (directive(item).equals("delete")) {
                merged.removeIf(each -> each.path(key).asText().equals(value));
            } else if (!directive(item).equals("replace")) {
                merge(merged, (ObjectNode) item, key);
                named.add(value);
            }
        }
        if (!order.isMissingNode()) {
            named.clear();
            order.forEach(item -> named.add(item.path(key).asText()));
        }
        ArrayNode sorted = Json.object().putArray(name);
        ordered(merged, key, named, before).forEach(sorted::add);
        if (sorted.isEmpty()) {
            target.remove(name);
        } else {
            target.set(name, sorted);
        }
    }

    /** A new item is taken as it is, directives in it and all: as the API server does. */
    private static void merge(List<ObjectNode> merged, ObjectNode item, String key) {
        Optional<ObjectNode> there = merged.stream()
                .filter(each -> each.path(key).equals(item.path(key)))
                .findFirst();
        if (there.isPresent()) {
            apply(there.get(), item);
        } else {
            merged.add(item.deepCopy());
        }
    }

    /** Items that the patch names are in its order, others in theirs; where both are known, theirs decides. */
    private static List<ObjectNode> ordered(
            List<ObjectNode> merged, String key, List<String> named, List<String> before) {
        List<ObjectNode> ours = new ArrayList<>(merged.stream()
                .filter(item -> named.contains(item.path(key).asText()))
                .sorted(Comparator.comparingInt(
                        item -> named.indexOf(item.path(key).asText())))
                .toList());
        List<ObjectNode> all = new ArrayList<>();
        for (ObjectNode item : merged) {
            if (named.contains(item.path(key).asText())) {
                continue;
            }
            int place = before.indexOf(item.path(key).asText());
            while (!ours.isEmpty()) {
                int first = before.indexOf(ours.getFirst().path(key).asText());
                if (first >= 0 && place < first) {
                    break;
                }
                all.add(ours.removeFirst());
            }
            all.add(item);
        }
        all.addAll(ours);
        return all;
    }

    private static String directive(JsonNode node) {
        String directive = node.path(PATCH).asText("merge");
        if (!KNOWN.contains(directive)) {
            throw StatusException.badRequest("Unknown patch type found: " + directive);
        }
        return directive;
    }
}
