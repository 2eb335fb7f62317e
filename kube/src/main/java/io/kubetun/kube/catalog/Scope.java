package io.kubetun.kube.catalog;

import io.kubetun.kube.api.ApiClient;

/**
 * Which objects of a kind.
 *
 * @param namespace their namespace, empty for all
 * @param labelSelector empty for none
 * @param fieldSelector empty for none
 */
record Scope(String namespace, String labelSelector, String fieldSelector) {
    static Scope of(String namespace) {
        return new Scope(namespace, "", "");
    }

    String query() {
        return (labelSelector.isEmpty() ? "" : "&labelSelector=" + ApiClient.encode(labelSelector))
                + (fieldSelector.isEmpty() ? "" : "&fieldSelector=" + ApiClient.encode(fieldSelector));
    }

    /** As in "may not list pods in namespace lab". */
    @Override
    public String toString() {
        return namespace.isEmpty() ? "in all namespaces" : "in namespace " + namespace;
    }
}
