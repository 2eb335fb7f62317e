package io.kubetun.spi.cluster;

import java.util.Set;

/**
 * Which Services to watch.
 *
 * @param namespaces their namespaces; empty for all
 * @param labelSelector kubectl's {@code -l}, on the Services; empty for none
 * @param fieldSelector kubectl's {@code --field-selector}, on the Services; empty for none
 */
public record ServiceSelection(Set<String> namespaces, String labelSelector, String fieldSelector) {
    /** Takes a copy. */
    public ServiceSelection {
        namespaces = Set.copyOf(namespaces);
    }
}
