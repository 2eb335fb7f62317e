package io.kubetun.testkit.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubetun.testkit.store.Json;
import io.kubetun.testkit.store.ResourceType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the API server says of itself: version, groups, resources. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final String version;

    /**
     * Makes it.
     *
     * @param version the server's version, such as {@code v1.34.4}
     */
    Discovery(String version) {
        this.version = version;
    }

    /** Answers a path, or says that there is none like it. */
    Optional<ObjectNode> answer(String path) {
        return switch (path) {
            case "/version", "/version/" -> Optional.of(version());
            case "/api", "/api/" -> Optional.of(coreVersions());
            case "/apis", "/apis/" -> Optional.of(groups());
            case "/api/v1" -> Optional.of(resources("", "v1"));
            default -> group(path);
        };
    }

    private Optional<ObjectNode> group(String path) {
        for (ResourceType type : ResourceType.ALL) {
            if (!type.group().isEmpty() && path.equals("/apis/" + type.group())) {
                return Optional.of(describe(type));
            }
            if (!type.group().isEmpty() && path.equals("/apis/" + type.apiVersion())) {
                return Optional.of(resources(type.group(), type.version()));
            }
        }
        return Optional.empty();
    }

    private ObjectNode version() {
        String[] parts = version.substring(1).split("\\.", -1);
        return Json.object()
                .put("major", parts[0])
                .put("minor", parts[1])
                .put("gitVersion", version)
                .put("gitTreeState", "clean")
                .put("platform", "testkit/" + System.getProperty("os.arch"));
    }

    private static ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    private static ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        ResourceType.ALL.stream()
                .filter(type -> !type.group().isEmpty())
                .map(Discovery::describe)
                .distinct()
                .forEach(groups::add);
        return list;
    }

    private static ObjectNode describe(ResourceType type) {
        ObjectNode group =
                Json.object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", type.group());
        group.putArray("versions")
                .addObject()
                .put("groupVersion", type.apiVersion())
                .put("version", type.version());
        group.putObject("preferredVersion")
                .put("groupVersion", type.apiVersion())
                .put("version", type.version());
        return group;
    }

    private static ObjectNode resources(String group, String version) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (ResourceType type : ResourceType.ALL) {
            if (type.group().equals(group) && type.version().equals(version)) {
                ObjectNode resource = add(resources, type.plural(), type, VERBS);
                ArrayNode shortNames = resource.putArray("shortNames");
                type.shortNames().forEach(shortNames::add);
            }
        }
        if (group.isEmpty()) {
            add(resources, "pods/portforward", ResourceType.PODS, List.of("create", "get"));
            add(resources, "pods/ephemeralcontainers", ResourceType.PODS, List.of("get", "patch"));
            add(resources, "pods/exec", ResourceType.PODS, List.of("create", "get"));
        }
        return list;
    }

    private static ObjectNode add(ArrayNode resources, String name, ResourceType type, List<String> verbs) {
        ObjectNode resource = resources
                .addObject()
                .put("name", name)
                .put("singularName", type.kind().toLowerCase(Locale.ROOT))
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
        ArrayNode allowed = resource.putArray("verbs");
        verbs.forEach(allowed::add);
        return resource;
    }
}
