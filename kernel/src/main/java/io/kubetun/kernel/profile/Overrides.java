package io.kubetun.kernel.profile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the command line says. It goes before all else, and a mode named in it is on.
 *
 * @param values the value by its path below {@code kubetun}, such as {@code cluster.namespace} or
 *     {@code modes.socks.listen}: a text, number, boolean or list of texts. {@code modes.socks} with an empty map turns
 *     a mode on and says nothing else of it
 */
public record Overrides(Map<String, Object> values) {
    /** Takes a copy and keeps the order. */
    public Overrides {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * No override.
     *
     * @return an empty one
     */
    public static Overrides none() {
        return new Overrides(Map.of());
    }
}
