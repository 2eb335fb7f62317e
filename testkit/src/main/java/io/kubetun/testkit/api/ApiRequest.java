package io.kubetun.testkit.api;

import io.kubetun.testkit.store.ResourceType;
import io.kubetun.testkit.store.StatusException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request for a resource, taken apart as the API server does before it authorizes.
 *
 * @param verb RBAC's verb
 * @param type the resource
 * @param subresource such as {@code portforward}; empty for none
 * @param namespace empty for all, or for a resource without one
 * @param name the object's name, also from a field selector; empty for none
 * @param query the parameters
 */
record ApiRequest(
        String verb,
        ResourceType type,
        String subresource,
        String namespace,
        String name,
        Map<String, List<String>> query) {
    private static final String BY_NAME = "metadata.name=";

    /** Returns what RBAC calls the resource. */
    String resource() {
        return subresource.isEmpty() ? type.plural() : type.plural() + "/" + subresource;
    }

    /** Returns the namespace that is authorized for: that of a Namespace is itself. */
    String scope() {
        return type.equals(ResourceType.NAMESPACES) ? name : namespace;
    }

    String parameter(String parameter) {
        return query.getOrDefault(parameter, List.of("")).getFirst();
    }

    boolean flag(String parameter) {
        return parameter(parameter).equals("true") || parameter(parameter).equals("1");
    }

    long number(String parameter) {
        String value = parameter(parameter);
        if (value.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException malformed) {
            throw StatusException.badRequest("invalid " + parameter + ": " + value);
        }
    }

    /**
     * Takes a request apart.
     *
     * @return empty if the path is that of no resource that is served
     */
    static Optional<ApiRequest> of(FullHttpRequest request) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        List<String> path = List.of(uri.path().substring(1).split("/", -1));
        int start;
        String group;
        if (path.size() >= 3 && path.getFirst().equals("api")) {
            group = "";
            start = 2;
        } else if (path.size() >= 4 && path.getFirst().equals("apis")) {
            group = path.get(1);
            start = 3;
        } else {
            return Optional.empty();
        }
        String version = path.get(start - 1);
        String namespace = "";
        if (path.get(start).equals("namespaces") && path.size() > start + 2) {
            namespace = path.get(start + 1);
            start += 2;
        }
        List<String> rest = path.subList(start, path.size());
        String inNamespace = namespace;
        return ResourceType.of(group, version, rest.getFirst())
                .filter(type -> rest.size() <= 3 && (type.namespaced() || inNamespace.isEmpty()))
                .map(type -> of(request, type, inNamespace, rest, uri.parameters()));
    }

    private static ApiRequest of(
            FullHttpRequest request,
            ResourceType type,
            String namespace,
            List<String> rest,
            Map<String, List<String>> query) {
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 ? rest.get(2) : "";
        boolean watch = List.of("true", "1")
                .contains(query.getOrDefault("watch", List.of("")).getFirst());
        String verb = switch (request.method().name()) {
            case "GET", "HEAD" -> {
                if (watch) {
                    yield "watch";
                }
                yield name.isEmpty() ? "list" : "get";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            default ->
                throw new StatusException(
                        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        };
        String fields = query.getOrDefault("fieldSelector", List.of("")).getFirst();
        if (name.isEmpty() && fields.startsWith(BY_NAME) && !fields.contains(",")) {
            name = fields.substring(BY_NAME.length());
        }
        return new ApiRequest(verb, type, subresource, namespace, name, query);
    }
}
