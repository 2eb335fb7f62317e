package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An object at one version. Immutable: whoever wants to change it takes a {@link #copy}. */
public final class StoredObject {
    private final ResourceType type;
    private final String namespace;
    private final String name;
    private final long version;
    private final ObjectNode json;
    private final byte[] encoded;

    StoredObject(ResourceType type, ObjectNode json, long version) {
        this.type = type;
        this.version = version;
        this.json = json;
        ObjectNode metadata = (ObjectNode) json.get("metadata");
        metadata.put("resourceVersion", Long.toString(version));
        namespace = metadata.path("namespace").asText("");
        name = metadata.path("name").asText();
        encoded = Json.write(json);
    }

    /**
     * Returns its type.
     *
     * @return the type
     */
    public ResourceType type() {
        return type;
    }

    /**
     * Returns its namespace.
     *
     * @return empty if it is in none
     */
    public String namespace() {
        return namespace;
    }

    /**
     * Returns its name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns its version.
     *
     * @return the resourceVersion
     */
    public long version() {
        return version;
    }

    /**
     * Returns its content, only to be read.
     *
     * @return the tree
     */
    public JsonNode json() {
        return json;
    }

    /**
     * Returns its content, to be changed.
     *
     * @return a deep copy
     */
    public ObjectNode copy() {
        return json.deepCopy();
    }

    /**
     * Returns its content, only to be read.
     *
     * @return JSON text, the array itself
     */
    public byte[] encoded() {
        return encoded;
    }
}
