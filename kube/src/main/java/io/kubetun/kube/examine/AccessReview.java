package io.kubetun.kube.examine;

import io.kubetun.kube.api.ApiClient;
import java.io.IOException;

/**
 * The question whether the user may do something.
 *
 * @param verb such as {@code get}
 * @param group the API group, empty for the core
 * @param resource the resource, plural
 * @param subresource such as {@code portforward}, or empty
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/">Kubernetes:
 *     SelfSubjectAccessReview</a>
 */
public record AccessReview(String verb, String group, String resource, String subresource) {
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /**
     * Asks for a resource itself.
     *
     * @param verb such as {@code get}
     * @param group the API group, empty for the core
     * @param resource the resource, plural
     */
    public AccessReview(String verb, String group, String resource) {
        this(verb, group, resource, "");
    }

    /**
     * Asks the API server. Blocks.
     *
     * @param api the API server
     * @param namespace where; empty for all namespaces
     * @return whether the user may
     * @throws IOException if it does not answer
     */
    public boolean ask(ApiClient api, String namespace) throws IOException {
        String review = "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\","
                + "\"spec\":{\"resourceAttributes\":{\"verb\":" + quoted(verb)
                + ",\"group\":" + quoted(group)
                + ",\"resource\":" + quoted(resource)
                + ",\"subresource\":" + quoted(subresource)
                + ",\"namespace\":" + quoted(namespace) + "}}}";
        return api.post(REVIEWS, review).at("status", "allowed").flag(false);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /**
     * Names the permission.
     *
     * @param namespace where
     * @return such as {@code create deployments in namespace lab}
     */
    public String in(String namespace) {
        return verb + " " + resource + (subresource.isEmpty() ? "" : "/" + subresource) + " in namespace " + namespace;
    }
}
