package io.kubetun.testkit.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.store.Json;
import java.util.Optional;
import java.util.Set;

/** What a user asks about itself: {@code kubectl auth can-i}. */
final class AccessReviews {
    private static final String PREFIX = "/apis/authorization.k8s.io/v1/";

    private final Authorizer authorizer;

    AccessReviews(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /** Answers, or says that the path is none of its own. */
    Optional<ObjectNode> answer(Account account, String path, byte[] body) {
        return switch (path) {
            case PREFIX + "selfsubjectaccessreviews" -> Optional.of(access(account, Json.read(body)));
            case PREFIX + "selfsubjectrulesreviews" -> Optional.of(rules(account, Json.read(body)));
            default -> Optional.empty();
        };
    }

    private ObjectNode access(Account account, ObjectNode review) {
        JsonNode asked = review.path("spec").path("resourceAttributes");
        String subresource = asked.path("subresource").asText("");
        String resource = asked.path("resource").asText("") + (subresource.isEmpty() ? "" : "/" + subresource);
        boolean allowed = authorizer.allows(
                account,
                asked.path("verb").asText(""),
                resource,
                asked.path("namespace").asText(""),
                asked.path("name").asText(""));
        review.putObject("status").put("allowed", allowed);
        return review;
    }

    private static ObjectNode rules(Account account, ObjectNode review) {
        String namespace = review.path("spec").path("namespace").asText("");
        ObjectNode status = review.putObject("status").put("incomplete", false);
        status.putArray("nonResourceRules");
        ArrayNode rules = status.putArray("resourceRules");
        for (Rule rule : account.rules()) {
            if (rule.namespaces().contains("*") || rule.namespaces().contains(namespace)) {
                ObjectNode each = rules.addObject();
                fill(each.putArray("verbs"), rule.verbs());
                fill(each.putArray("apiGroups"), Set.of("*"));
                fill(each.putArray("resources"), rule.resources());
                if (!rule.names().isEmpty()) {
                    fill(each.putArray("resourceNames"), rule.names());
                }
            }
        }
        return review;
    }

    private static void fill(ArrayNode array, Set<String> values) {
        values.stream().sorted().forEach(array::add);
    }
}
