package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.examine.AccessReview;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the user may do, in the words of who asks for more. Blocks.
 *
 * @param api the API server
 * @param namespace where
 */
record Access(ApiClient api, String namespace) {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    /**
     * Asks for what a way needs, and for port-forwards, by which each agent is reached.
     *
     * @param needed each of them
     * @return the first that is missing, such as {@code patch deployments in namespace lab}; empty if none is
     */
    Optional<String> missing(List<AccessReview> needed) {
        AccessReview socket = new AccessReview("get", "", "pods", "portforward");
        AccessReview post = new AccessReview("create", "", "pods", "portforward");
        Optional<String> first = missingOf(needed);
        if (first.isPresent()) {
            return first;
        }
        try {
            return post.ask(api, namespace) || socket.ask(api, namespace)
                    ? Optional.empty()
                    : Optional.of(post.in(namespace));
        } catch (IOException e) {
            return unasked(e);
        }
    }

    /** The same for what needs no port-forward. */
    Optional<String> missingOf(List<AccessReview> needed) {
        try {
            for (AccessReview each : needed) {
                if (!each.ask(api, namespace)) {
                    return Optional.of(each.in(namespace));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return unasked(e);
        }
    }

    /** Who may not even ask finds out by doing. */
    private static Optional<String> unasked(IOException why) {
        LOG.debug("did not ask what this user may do", why);
        return Optional.empty();
    }
}
