package io.kubetun.testkit.api;

import java.util.Set;

/**
 * What a user may do: RBAC reduced to its core. {@code *} stands for all.
 *
 * @param verbs such as {@code list}
 * @param resources plurals, with the subresource: {@code pods/portforward}
 * @param namespaces where; {@code *} includes lists over all namespaces
 * @param names only objects of these names; empty for all
 */
public record Rule(Set<String> verbs, Set<String> resources, Set<String> namespaces, Set<String> names) {
    /** Everything. */
    public static final Rule ALL = new Rule(Set.of("*"), Set.of("*"), Set.of("*"), Set.of());

    /** Takes copies. */
    public Rule {
        verbs = Set.copyOf(verbs);
        resources = Set.copyOf(resources);
        namespaces = Set.copyOf(namespaces);
        names = Set.copyOf(names);
    }

    boolean allows(String verb, String resource, String namespace, String name) {
        return holds(verbs, verb)
                && holds(resources, resource)
                && holds(namespaces, namespace)
                && (names.isEmpty() || names.contains(name));
    }

    private static boolean holds(Set<String> set, String value) {
        return set.contains("*") || set.contains(value);
    }
}
