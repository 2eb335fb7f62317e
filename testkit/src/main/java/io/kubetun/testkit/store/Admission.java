package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Completes objects as the API server does before it stores them. Thread-safe. */
public final class Admission {
    private final ObjectStore store;
    private final AddressPool serviceAddresses = new AddressPool("10.96.0.0", 16);

    /**
     * Makes it.
     *
     * @param store where objects go
     */
    public Admission(ObjectStore store) {
        this.store = store;
    }

    /**
     * Stores a new object.
     *
     * @param type its type
     * @param json its content, handed over
     * @return as stored
     * @throws StatusException if its namespace is not there, or it already is
     */
    public StoredObject create(ResourceType type, ObjectNode json) {
        ObjectNode metadata = json.withObjectProperty("metadata");
        String namespace = metadata.path("namespace").asText("");
        if (type.namespaced()
                && store.find(ResourceType.NAMESPACES, "", namespace).isEmpty()) {
            throw StatusException.notFound(ResourceType.NAMESPACES, namespace);
        }
        if (type.equals(ResourceType.SERVICES)) {
            completeService(json);
        }
        if (type.equals(ResourceType.NAMESPACES)) {
            json.withObjectProperty("status").put("phase", "Active");
            metadata.withObjectProperty("labels")
                    .put("kubernetes.io/metadata.name", metadata.path("name").asText());
        }
        return store.create(type, json);
    }

    private void completeService(ObjectNode json) {
        ObjectNode spec = json.withObjectProperty("spec");
        if (spec.path("type").asText("").isEmpty()) {
            spec.put("type", "ClusterIP");
        }
        for (JsonNode each : spec.withArrayProperty("ports")) {
            ObjectNode port = (ObjectNode) each;
            if (!port.has("protocol")) {
                port.put("protocol", "TCP");
            }
            if (!port.has("targetPort")) {
                port.set("targetPort", port.get("port"));
            }
        }
        if (!spec.path("type").asText().equals("ExternalName")) {
            if (spec.path("clusterIP").asText("").isEmpty()) {
                spec.put("clusterIP", serviceAddresses.take());
            }
            spec.putArray("clusterIPs").add(spec.get("clusterIP"));
            spec.putArray("ipFamilies").add("IPv4");
            spec.put("ipFamilyPolicy", "SingleStack");
        }
        if (!spec.has("sessionAffinity")) {
            spec.put("sessionAffinity", "None");
        }
        json.withObjectProperty("status").putObject("loadBalancer");
    }
}
