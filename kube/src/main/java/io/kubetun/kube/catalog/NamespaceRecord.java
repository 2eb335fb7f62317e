package io.kubetun.kube.catalog;

import io.kubetun.kube.document.Tree;
import java.util.Collection;
import java.util.List;

/**
 * A namespace.
 *
 * @param name its name
 */
public record NamespaceRecord(String name) implements Stored {
    /**
     * Trims a namespace.
     *
     * @param namespace as the API server sends it
     * @return what matters of it
     */
    static NamespaceRecord of(Tree namespace) {
        return new NamespaceRecord(Resource.name(namespace));
    }

    /** Returns an empty text: a namespace is in none. */
    @Override
    public String namespace() {
        return "";
    }

    @Override
    public Collection<?> indexKeys() {
        return List.of();
    }
}
