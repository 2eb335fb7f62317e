package io.kubetun.testkit.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** JSON merge patch (RFC 7396). */
public final class MergePatch {
    private MergePatch() {}

    /**
     * Applies a patch.
     *
     * @param target changed
     * @param patch what to change: null removes, an object goes deeper, all else replaces
     */
    public static void apply(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value instanceof ObjectNode deeper) {
                ObjectNode inner = target.get(field.getKey()) instanceof ObjectNode present
                        ? present
                        : target.putObject(field.getKey());
                apply(inner, deeper);
            } else {
                target.set(field.getKey(), value);
            }
        }
    }
}
