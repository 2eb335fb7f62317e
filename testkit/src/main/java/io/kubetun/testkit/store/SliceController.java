package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps one EndpointSlice for each Service with a selector, as the controller of that name does. A change is followed
 * at once.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/">Kubernetes: EndpointSlices</a>
 */
public final class SliceController implements Consumer<Change> {
    private final ObjectStore store;

    /**
     * Makes it; the store must tell it of changes.
     *
     * @param store where objects are
     */
    public SliceController(ObjectStore store) {
        this.store = store;
    }

    @Override
    public void accept(Change change) {
        StoredObject object = change.object();
        if (object.type().equals(ResourceType.SERVICES)) {
            if (change.action() == Change.Action.DELETED) {
                store.find(ResourceType.ENDPOINT_SLICES, object.namespace(), sliceName(object))
                        .ifPresent(slice -> store.delete(slice.type(), slice.namespace(), slice.name()));
            } else {
                reconcile(object);
            }
        } else if (object.type().equals(ResourceType.PODS)) {
            for (StoredObject service :
                    store.list(ResourceType.SERVICES, object.namespace()).objects()) {
                if (selects(service, object)
                        || change.previous()
                                .filter(before -> selects(service, before))
                                .isPresent()) {
                    reconcile(service);
                }
            }
        }
    }

    private static String sliceName(StoredObject service) {
        return service.name() + "-endpoints";
    }

    private static boolean selects(StoredObject service, StoredObject pod) {
        JsonNode selector = service.json().path("spec").path("selector");
        JsonNode labels = pod.json().path("metadata").path("labels");
        for (Map.Entry<String, JsonNode> term : selector.properties()) {
            if (!term.getValue().equals(labels.get(term.getKey()))) {
                return false;
            }
        }
        return !selector.isEmpty();
    }

    private void reconcile(StoredObject service) {
        if (service.json().path("spec").path("selector").isEmpty()) {
            return;
        }
        ObjectNode slice = slice(service);
        Optional<StoredObject> present =
                store.find(ResourceType.ENDPOINT_SLICES, service.namespace(), sliceName(service));
        if (present.isEmpty()) {
            store.create(ResourceType.ENDPOINT_SLICES, slice);
        } else {
            store.update(ResourceType.ENDPOINT_SLICES, slice);
        }
    }

    private ObjectNode slice(StoredObject service) {
        ObjectNode slice =
                Json.object().put("apiVersion", "discovery.k8s.io/v1").put("kind", "EndpointSlice");
        ObjectNode metadata = slice.putObject("metadata");
        metadata.put("name", sliceName(service)).put("namespace", service.namespace());
        ObjectNode labels = metadata.putObject("labels")
                .put("kubernetes.io/service-name", service.name())
                .put("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
        if (service.json().path("spec").path("clusterIP").asText().equals("None")) {
            labels.put("service.kubernetes.io/headless", "");
        }
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "Service")
                .put("name", service.name())
                .put("uid", service.json().path("metadata").path("uid").asText());
        slice.put("addressType", "IPv4");
        ArrayNode endpoints = slice.putArray("endpoints");
        Optional<StoredObject> example = Optional.empty();
        for (StoredObject pod :
                store.list(ResourceType.PODS, service.namespace()).objects()) {
            if (selects(service, pod) && pod.json().path("status").has("podIP")) {
                endpoints.add(endpoint(pod));
                example = Optional.of(pod);
            }
        }
        ports(slice.putArray("ports"), service, example);
        return slice;
    }

    private static ObjectNode endpoint(StoredObject pod) {
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(pod.json().path("status").path("podIP"));
        boolean ready = ready(pod);
        boolean terminating = pod.json().path("metadata").has("deletionTimestamp");
        endpoint.putObject("conditions")
                .put("ready", ready && !terminating)
                .put("serving", ready)
                .put("terminating", terminating);
        if (pod.json().path("spec").has("hostname")) {
            endpoint.set("hostname", pod.json().path("spec").get("hostname"));
        }
        endpoint.put("nodeName", "testkit");
        endpoint.putObject("targetRef")
                .put("kind", "Pod")
                .put("namespace", pod.namespace())
                .put("name", pod.name())
                .put("uid", pod.json().path("metadata").path("uid").asText());
        return endpoint;
    }

    private static boolean ready(StoredObject pod) {
        for (JsonNode condition : pod.json().path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static void ports(ArrayNode ports, StoredObject service, Optional<StoredObject> pod) {
        for (JsonNode port : service.json().path("spec").path("ports")) {
            Optional<Integer> number = target(port.path("targetPort"), pod);
            if (number.isPresent()) {
                ports.addObject()
                        .put("name", port.path("name").asText(""))
                        .put("port", number.get())
                        .put("protocol", port.path("protocol").asText("TCP"));
            }
        }
    }

    private static Optional<Integer> target(JsonNode targetPort, Optional<StoredObject> pod) {
        if (targetPort.isInt()) {
            return Optional.of(targetPort.asInt());
        }
        for (JsonNode container :
                pod.map(found -> found.json().path("spec").path("containers")).orElseGet(Json::object)) {
            for (JsonNode port : container.path("ports")) {
                if (port.path("name").equals(targetPort)) {
                    return Optional.of(port.path("containerPort").asInt());
                }
            }
        }
        return Optional.empty();
    }
}
