package io.kubetun.kube.catalog;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.Stored.ObjectKey;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Single questions to the API server, for what is not watched. Blocks.
 *
 * @param api the API server
 * @param health told whether it answers
 */
record Lookups(ApiClient api, ServerHealth health) {
    Answer<ServiceRecord> service(ObjectKey key) {
        return ask(
                "get services in namespace " + key.namespace(),
                () -> found(Optional.of(ServiceRecord.of(api.get(Resource.SERVICES.path(key))))));
    }

    Answer<PodRecord> pod(ObjectKey key) {
        return ask(
                "get pods in namespace " + key.namespace(),
                () -> found(Optional.of(PodRecord.of(api.get(Resource.PODS.path(key))))));
    }

    /** The slices by the label that names the Service; where that is forbidden, the Endpoints object of its name. */
    Answer<List<SliceRecord>> slices(ObjectKey service) {
        Answer<List<SliceRecord>> slices = ask("list endpointslices in namespace " + service.namespace(), () -> {
            String selector = ApiClient.encode("kubernetes.io/service-name=" + service.name());
            Tree list = api.get(Resource.SLICES.path(service.namespace()) + "?labelSelector=" + selector);
            return new Answer.Found<>(
                    list.at("items").items().stream().map(SliceRecord::of).toList());
        });
        if (!(slices instanceof Answer.Denied<List<SliceRecord>> denied)) {
            return slices;
        }
        String path = "/api/v1/namespaces/" + ApiClient.encode(service.namespace()) + "/endpoints/"
                + ApiClient.encode(service.name());
        Answer<List<SliceRecord>> older =
                ask(denied.permission(), () -> new Answer.Found<>(SliceRecord.ofEndpoints(api.get(path))));
        return older instanceof Answer.Absent<List<SliceRecord>> ? new Answer.Found<>(List.of()) : older;
    }

    /** In all namespaces: the API server itself selects by the address. */
    Answer<ServiceRecord> serviceAt(InetAddress address) {
        return ask("list services in all namespaces", () -> {
            Tree list = api.get("/api/v1/services?fieldSelector=spec.clusterIP%3D" + literal(address));
            return found(list.at("items").items().stream()
                    .map(ServiceRecord::of)
                    .filter(service -> service.clusterIps().contains(address))
                    .findFirst());
        });
    }

    /** In all namespaces: the API server itself selects by the address. */
    Answer<PodRecord> podAt(InetAddress address) {
        return ask("list pods in all namespaces", () -> {
            Tree list = api.get("/api/v1/pods?fieldSelector=status.podIP%3D" + literal(address));
            return found(list.at("items").items().stream()
                    .map(PodRecord::of)
                    .filter(pod -> !pod.ended() && pod.addresses().contains(address))
                    .findFirst());
        });
    }

    /** Who may not see namespaces may still see into one: then it is there. */
    Answer<NamespaceRecord> namespace(String name) {
        NamespaceRecord there = new NamespaceRecord(name);
        Answer<NamespaceRecord> answer = ask("get namespaces", () -> {
            api.get(Resource.NAMESPACES.path("") + "/" + ApiClient.encode(name));
            return new Answer.Found<>(there);
        });
        if (!(answer instanceof Answer.Denied<NamespaceRecord>)) {
            return answer;
        }
        return ask("list services in namespace " + name, () -> {
            api.get(Resource.SERVICES.path(name) + "?limit=1");
            return new Answer.Found<>(there);
        });
    }

    private static String literal(InetAddress address) {
        return ApiClient.encode(address.getHostAddress());
    }

    private static <T> Answer<T> found(Optional<T> value) {
        return value.<Answer<T>>map(Answer.Found::new).orElseGet(Answer.Absent::new);
    }

    private <T> Answer<T> ask(String permission, Question<T> question) {
        try {
            Answer<T> answer = question.ask();
            health.answered();
            return answer;
        } catch (ApiException e) {
            return switch (e.status()) {
                case 404 -> new Answer.Absent<>();
                case 403 -> new Answer.Denied<>(permission);
                default -> new Answer.Unreachable<>(ApiErrors.reason(e));
            };
        } catch (IOException e) {
            String why = ApiErrors.reason(e);
            health.failed(why);
            return new Answer.Unreachable<>(why);
        }
    }

    private interface Question<T> {
        Answer<T> ask() throws IOException;
    }
}
