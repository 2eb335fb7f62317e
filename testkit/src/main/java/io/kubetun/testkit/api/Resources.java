package io.kubetun.testkit.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.store.Admission;
import io.kubetun.testkit.store.EphemeralContainers;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.MergePatch;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.Selector;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import io.kubetun.testkit.store.StrategicMergePatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Answers what can be asked of resources, but for watches and streams. Thread-safe. */
final class Resources {
    private static final Map<String, BiConsumer<ObjectNode, ObjectNode>> PATCHES = Map.of(
            "application/merge-patch+json", MergePatch::apply,
            "application/strategic-merge-patch+json", StrategicMergePatch::apply);

    private final ObjectStore store;
    private final Admission admission;

    Resources(ObjectStore store, Admission admission) {
        this.store = store;
        this.admission = admission;
    }

    /** Returns what the request's selectors mean. */
    static Predicate<StoredObject> selected(ApiRequest request) {
        Predicate<JsonNode> labels = Selector.labels(request.parameter("labelSelector"));
        Predicate<JsonNode> fields = Selector.fields(request.parameter("fieldSelector"));
        return object -> labels.test(object.json()) && fields.test(object.json());
    }

    byte[] get(ApiRequest request) {
        return find(request).encoded();
    }

    private StoredObject find(ApiRequest request) {
        return store.find(request.type(), request.namespace(), request.name())
                .orElseThrow(() -> StatusException.notFound(request.type(), request.name()));
    }

    byte[] list(ApiRequest request) {
        ObjectStore.Snapshot snapshot = store.list(request.type(), request.namespace());
        String start = continued(request.parameter("continue"));
        List<StoredObject> found = snapshot.objects().stream()
                .filter(selected(request))
                .filter(object -> key(object).compareTo(start) > 0)
                .toList();
        long limit = request.number("limit");
        ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(snapshot.version()));
        if (limit > 0 && found.size() > limit) {
            metadata.put("remainingItemCount", found.size() - limit);
            found = found.subList(0, (int) limit);
            byte[] last = key(found.getLast()).getBytes(StandardCharsets.UTF_8);
            metadata.put("continue", Base64.getUrlEncoder().withoutPadding().encodeToString(last));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ObjectNode head = Json.object()
                .put("kind", request.type().kind() + "List")
                .put("apiVersion", request.type().apiVersion())
                .set("metadata", metadata);
        byte[] opening = Json.write(head);
        out.write(opening, 0, opening.length - 1);
        out.writeBytes(",\"items\":[".getBytes(StandardCharsets.US_ASCII));
        String separator = "";
        for (StoredObject object : found) {
            out.writeBytes(separator.getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(object.encoded());
            separator = ",";
        }
        out.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static String key(StoredObject object) {
        return object.namespace() + "/" + object.name();
    }

    private static String continued(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw StatusException.badRequest("continue key is not valid: " + malformed.getMessage());
        }
    }

    byte[] create(ApiRequest request, byte[] body) {
        ObjectNode json = Json.read(body);
        place(request, json);
        return admission.create(request.type(), json).encoded();
    }

    private static void place(ApiRequest request, ObjectNode json) {
        String kind = json.path("kind").asText("");
        if (!kind.isEmpty() && !kind.equals(request.type().kind())) {
            throw StatusException.badRequest("the object provided is unrecognized: kind " + kind);
        }
        ObjectNode metadata = json.withObjectProperty("metadata");
        if (request.type().namespaced()) {
            String named = metadata.path("namespace").asText(request.namespace());
            if (!named.equals(request.namespace())) {
                throw StatusException.badRequest(
                        "the namespace of the provided object does not match the namespace" + " sent on the request");
            }
            metadata.put("namespace", request.namespace());
        }
        if (!request.name().isEmpty()) {
            metadata.put("name", request.name());
        }
    }

    byte[] update(ApiRequest request, byte[] body) {
        ObjectNode json = Json.read(body);
        place(request, json);
        return store.update(request.type(), json).encoded();
    }

    byte[] patch(ApiRequest request, String contentType, byte[] body) {
        if (!PATCHES.containsKey(contentType)) {
            throw unsupported();
        }
        ObjectNode patch = Json.read(body);
        return store.edit(find(request), object -> {
                    requireVersion(request, object, patch);
                    PATCHES.get(contentType).accept(object, patch);
                })
                .encoded();
    }

    /** Adds containers to a pod: all else that the patch would change is left as it is. */
    byte[] patchEphemeral(ApiRequest request, String contentType, byte[] body) {
        if (!PATCHES.containsKey(contentType)) {
            throw unsupported();
        }
        ObjectNode patch = Json.read(body);
        String level = store.find(ResourceType.NAMESPACES, "", request.namespace())
                .map(namespace -> namespace
                        .json()
                        .path("metadata")
                        .path("labels")
                        .path("pod-security.kubernetes.io/enforce")
                        .asText(""))
                .orElse("");
        Consumer<ObjectNode> change = pod -> {
            requireVersion(request, pod, patch);
            ObjectNode wanted = pod.deepCopy();
            PATCHES.get(contentType).accept(wanted, patch);
            EphemeralContainers.update(pod, wanted, level);
        };
        if (request.parameter("dryRun").equals("All")) {
            ObjectNode copy = find(request).copy();
            change.accept(copy);
            return Json.write(copy);
        }
        return store.edit(find(request), change).encoded();
    }

    private static StatusException unsupported() {
        return new StatusException(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", PATCHES.keySet().stream().sorted().toList()));
    }

    private static void requireVersion(ApiRequest request, ObjectNode object, ObjectNode patch) {
        JsonNode wanted = patch.at("/metadata/resourceVersion");
        if (!wanted.isMissingNode() && !wanted.equals(object.at("/metadata/resourceVersion"))) {
            throw StatusException.conflict(request.type(), request.name());
        }
    }

    byte[] delete(ApiRequest request, byte[] body) {
        JsonNode options = body.length > 0 ? Json.read(body) : Json.object();
        AtomicReference<StoredObject> deleted = new AtomicReference<>();
        store.atomically(() -> {
            requireState(find(request), options.path("preconditions"));
            deleted.set(store.delete(request.type(), request.namespace(), request.name()));
        });
        StoredObject gone = deleted.get();
        if (request.type().equals(ResourceType.NAMESPACES)) {
            store.atomically(() -> ResourceType.ALL.stream()
                    .filter(ResourceType::namespaced)
                    .forEach(type -> deleteAll(store.list(type, gone.name()).objects())));
        }
        return gone.encoded();
    }

    private static void requireState(StoredObject object, JsonNode preconditions) {
        for (Map.Entry<String, JsonNode> each : preconditions.properties()) {
            String actual = object.json().path("metadata").path(each.getKey()).asText();
            if (!each.getValue().asText().equals(actual)) {
                throw StatusException.conflict(object.type(), object.name());
            }
        }
    }

    byte[] deleteCollection(ApiRequest request) {
        byte[] before = list(request);
        deleteAll(store.list(request.type(), request.namespace()).objects().stream()
                .filter(selected(request))
                .toList());
        return before;
    }

    private void deleteAll(List<StoredObject> objects) {
        for (StoredObject object : objects) {
            if (store.find(object.type(), object.namespace(), object.name()).isPresent()) {
                store.delete(object.type(), object.namespace(), object.name());
            }
        }
    }
}
