package io.kubetun.testkit.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;

/** Reads and writes JSON trees: objects are kept as trees, so that a type needs no class of its own. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /**
     * Makes an object.
     *
     * @return an empty one
     */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Turns an object of a model into a tree.
     *
     * @param value any that Jackson can write as an object
     * @return the tree
     */
    public static ObjectNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /**
     * Reads an object.
     *
     * @param bytes JSON text
     * @return the object
     * @throws StatusException 400 if it is anything else
     */
    public static ObjectNode read(byte[] bytes) {
        try {
            if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException malformed) {
            throw StatusException.badRequest("the body is not valid JSON: " + malformed.getMessage());
        }
        throw StatusException.badRequest("the body is not a JSON object");
    }

    /**
     * Writes a tree.
     *
     * @param node the tree
     * @return JSON text in UTF-8
     */
    public static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Makes an object of a document.
     *
     * @param node an object of Kubernetes
     * @return the same, typed as far as every object is
     */
    public static GenericKubernetesResource as(ObjectNode node) {
        return MAPPER.convertValue(node, GenericKubernetesResource.class);
    }
}
