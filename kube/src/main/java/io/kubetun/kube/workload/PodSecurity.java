package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.util.Optional;

/**
 * Which of the Pod Security Standards a namespace enforces on its pods.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-admission/">Kubernetes: Pod Security Admission</a>
 */
final class PodSecurity {
    private static final String ENFORCE = "pod-security.kubernetes.io/enforce";

    private PodSecurity() {}

    /**
     * Asks for the standard that forbids a pod more capabilities than usual.
     *
     * @return {@code baseline} or {@code restricted}; empty if neither is enforced, or it may not be asked
     * @throws IOException if the API server does not answer
     */
    static Optional<String> standard(ApiClient api, String namespace) throws IOException {
        Tree labels;
        try {
            labels = api.get("/api/v1/namespaces/" + namespace).at("metadata", "labels");
        } catch (ApiException e) {
            // Who may not see it finds out by doing.
            return Optional.empty();
        }
        return labels.at(ENFORCE).text().filter(level -> !level.equals("privileged"));
    }
}
