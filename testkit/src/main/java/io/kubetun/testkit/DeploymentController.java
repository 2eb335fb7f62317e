package io.kubetun.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.pod.PodSetup;
import io.kubetun.testkit.store.Change;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ObjectStore;
import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.kubetun.testkit.store.StoredObject;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Keeps the pods of Deployments, as controller, scheduler and kubelet do together, and collects what their end leaves
 * without an owner. Only images that were made known can be run; a pod with another one waits for it for ever. Without any
 * such image Deployments are objects and nothing more. Thread-safe.
 */
final class DeploymentController implements Consumer<Change>, AutoCloseable {
    private static final ResourceType DEPLOYMENTS =
            ResourceType.ofKind("apps/v1", "Deployment").orElseThrow();
    private static final List<ResourceType> OWNED = List.of(
            ResourceType.PODS, ResourceType.ofKind("v1", "ServiceAccount").orElseThrow());

    private static final String HASH = "pod-template-hash";

    private final PodLauncher launcher;
    private final ObjectStore store;
    private final Map<String, Consumer<PodSetup>> images = new ConcurrentHashMap<>();
    private final AtomicInteger ordinal = new AtomicInteger();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("testkit-deployments").factory());

    DeploymentController(PodLauncher launcher) {
        this.launcher = launcher;
        this.store = launcher.store();
    }

    void image(String name, Consumer<PodSetup> setup) {
        images.put(name, setup);
    }

    /** Called under the store's lock: what follows is done by the worker. */
    @Override
    public void accept(Change change) {
        StoredObject object = change.object();
        if (images.isEmpty()) {
            return;
        }
        boolean gone = change.action() == Change.Action.DELETED;
        if (object.type().equals(DEPLOYMENTS)) {
            later(gone ? () -> collect(object) : () -> reconcile(object.namespace(), object.name()));
        } else if (gone && object.type().equals(ResourceType.PODS)) {
            owner(object).ifPresent(name -> later(() -> reconcile(object.namespace(), name)));
        }
    }

    private void later(Runnable step) {
        try {
            worker.execute(step);
        } catch (RejectedExecutionException closed) {
            // nothing runs any more
        }
    }

    private static Optional<String> owner(StoredObject object) {
        JsonNode owner = object.json().path("metadata").path("ownerReferences").path(0);
        return owner.path("kind").asText().equals("Deployment")
                ? Optional.of(owner.path("name").asText())
                : Optional.empty();
    }

    private void reconcile(String namespace, String name) {
        Optional<StoredObject> found = store.find(DEPLOYMENTS, namespace, name);
        if (found.isEmpty()) {
            return;
        }
        StoredObject deployment = found.get();
        String hash = hash(deployment);
        List<StoredObject> pods = owned(ResourceType.PODS, deployment);
        List<StoredObject> current =
                pods.stream().filter(pod -> hashOfPod(pod).equals(hash)).toList();
        int wanted = deployment.json().path("spec").path("replicas").asInt(1);
        for (int i = current.size(); i < wanted; i++) {
            launch(deployment, hash);
        }
        current.stream().skip(wanted).forEach(this::delete);
        pods.stream().filter(pod -> !hashOfPod(pod).equals(hash)).forEach(this::delete);
    }

    /** The same for the same template, so that going back to an old one gives pods as they were. */
    private static String hash(StoredObject deployment) {
        JsonNode template = deployment.json().at("/spec/template");
        return Integer.toHexString(Arrays.hashCode(Json.write(template)));
    }

    private static String hashOfPod(StoredObject pod) {
        return pod.json().path("metadata").path("labels").path(HASH).asText();
    }

    private void launch(StoredObject deployment, String hash) {
        JsonNode template = deployment.json().at("/spec/template");
        Map<String, String> labels = new LinkedHashMap<>();
        template.at("/metadata/labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        labels.put(HASH, hash);
        List<JsonNode> containers =
                template.at("/spec/containers").valueStream().toList();
        boolean pulled = containers.stream().allMatch(container -> images.containsKey(image(container)));
        String pod = deployment.name() + "-" + Integer.toString(ordinal.incrementAndGet() + 100_000, 36);
        launcher.launch(
                deployment.namespace(),
                pod,
                labels,
                Optional.empty(),
                pulled
                        ? setup -> containers.forEach(
                                each -> images.get(image(each)).accept(setup))
                        : PodSetup::notReady,
                json -> {
                    own(json, deployment);
                    run(json, template.path("spec"));
                });
    }

    private static String image(JsonNode container) {
        return container.path("image").asText();
    }

    /** Gives the pod the containers of the template: the first is the one that a setup describes. */
    private void run(ObjectNode pod, JsonNode template) {
        ArrayNode specs = (ArrayNode) pod.at("/spec/containers");
        ArrayNode statuses = (ArrayNode) pod.at("/status/containerStatuses");
        ObjectNode first = (ObjectNode) statuses.get(0);
        List<JsonNode> containers = template.path("containers").valueStream().toList();
        for (int i = 0; i < containers.size(); i++) {
            if (i == 0) {
                ((ObjectNode) specs.get(0)).put("image", image(containers.getFirst()));
            } else {
                specs.add(containers.get(i).deepCopy());
                statuses.add(first.deepCopy()
                        .put("name", containers.get(i).path("name").asText()));
            }
        }
        for (int i = 0; i < containers.size(); i++) {
            String image = image(containers.get(i));
            ObjectNode status = ((ObjectNode) statuses.get(i)).put("image", image);
            if (!images.containsKey(image)) {
                wait(status, image);
            }
        }
        if (template.has("initContainers")) {
            ((ObjectNode) pod.path("spec"))
                    .set("initContainers", template.get("initContainers").deepCopy());
        }
    }

    private static void own(ObjectNode json, StoredObject deployment) {
        json.withObjectProperty("metadata")
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "apps/v1")
                .put("kind", "Deployment")
                .put("name", deployment.name())
                .put("uid", deployment.json().path("metadata").path("uid").asText());
    }

    private static void wait(ObjectNode container, String image) {
        container.put("started", false).put("ready", false);
        container
                .putObject("state")
                .putObject("waiting")
                .put("reason", "ImagePullBackOff")
                .put("message", "Back-off pulling image \"" + image + "\"");
    }

    private List<StoredObject> owned(ResourceType type, StoredObject owner) {
        String uid = owner.json().path("metadata").path("uid").asText();
        return store.list(type, owner.namespace()).objects().stream()
                .filter(object -> object.json()
                        .at("/metadata/ownerReferences/0/uid")
                        .asText()
                        .equals(uid))
                .toList();
    }

    /** Garbage collection. */
    private void collect(StoredObject owner) {
        OWNED.forEach(type -> owned(type, owner).forEach(this::delete));
    }

    private void delete(StoredObject object) {
        try {
            store.delete(object.type(), object.namespace(), object.name());
        } catch (StatusException gone) {
            // somebody else was quicker
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
