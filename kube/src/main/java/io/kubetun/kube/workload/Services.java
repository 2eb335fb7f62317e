package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.KubetunException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Services of a namespace, through the API server. Blocks. Thread-safe.
 *
 * @param api asks it
 * @param namespace the namespace
 */
record Services(ApiClient api, String namespace) {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int MAX_TRIES = 12;

    /** The nodes follow the endpoints soon after: the agents go on listening for longer than that. */
    private static final Duration FOLLOWED = Duration.ofMillis(700);

    /** Decides on a Service as it is. */
    @FunctionalInterface
    interface Decision {
        /** The merge patch; empty if nothing is to be changed. */
        Optional<Map<String, Object>> patch(ServiceDocument seen) throws KubetunException;
    }

    private String path() {
        return "/api/v1/namespaces/" + namespace + "/services";
    }

    List<ServiceDocument> all() throws IOException {
        return api.get(path()).at("items").items().stream()
                .map(ServiceDocument::new)
                .toList();
    }

    /** Those whose target ports are changed for a workload. */
    List<ServiceDocument> leading(Workload workload) throws IOException {
        return all().stream()
                .filter(service -> Leading.of(service.document())
                        .filter(leading -> leading.isOf(workload))
                        .isPresent())
                .toList();
    }

    /** Changes one as it is now; one that is gone needs no change. */
    void change(String name, Decision decision) throws KubetunException, IOException {
        for (int i = 0; i < MAX_TRIES; i++) {
            try {
                ServiceDocument seen = new ServiceDocument(api.get(path() + "/" + name));
                Optional<Map<String, Object>> patch = decision.patch(seen);
                if (patch.isPresent()) {
                    api.patch(path() + "/" + name, Json.write(patch.get()));
                }
                return;
            } catch (ApiException e) {
                if (e.status() == NOT_FOUND) {
                    return;
                }
                if (e.status() != CONFLICT) {
                    throw e;
                }
            }
        }
        throw new IOException("others change service/" + name + " all the time");
    }

    /**
     * Puts target ports back and waits, not for long, until the endpoints have followed.
     *
     * @param name the Service
     * @param whose which intercepts are undone
     */
    void restore(String name, Predicate<Leading> whose) throws KubetunException, IOException {
        List<LedPort> led = new ArrayList<>();
        change(name, seen -> {
            Optional<Leading> leading = Leading.of(seen.document()).filter(whose);
            leading.ifPresent(each -> led.addAll(each.ports()));
            return leading.isPresent() ? seen.restore() : Optional.empty();
        });
        if (!led.isEmpty()) {
            awaitEndpoints(name, led.stream().map(LedPort::is).collect(Collectors.toSet()));
        }
    }

    /** Puts the target ports of all Services back that are changed for a workload, whoever changed them. */
    void restoreAll(Workload workload) throws KubetunException, IOException {
        for (ServiceDocument service : leading(workload)) {
            restore(service.name(), leading -> leading.isOf(workload));
        }
    }

    private void awaitEndpoints(String service, Set<Integer> left) {
        String slices = "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices?labelSelector="
                + "kubernetes.io%2Fservice-name%3D" + service;
        try {
            Tree list = api.get(slices);
            Map<String, Boolean> leads = new HashMap<>();
            list.at("items").items().forEach(slice -> leads.put(nameOf(slice), leadsTo(slice, left)));
            if (leads.containsValue(true)) {
                follow(
                        slices + "&watch=true&timeoutSeconds=1&resourceVersion="
                                + list.at("metadata", "resourceVersion").text().orElse(""),
                        leads,
                        left);
            }
        } catch (IOException e) {
            LOG.debug("it is not known whether the endpoints of {} have followed: {}", service, ApiErrors.reason(e));
        }
    }

    private void follow(String watch, Map<String, Boolean> leads, Set<Integer> left) throws IOException {
        long end = System.nanoTime() + FOLLOWED.toNanos();
        try (ApiResponse response = api.open(watch, FOLLOWED);
                Json events = response.json()) {
            while (leads.containsValue(true) && System.nanoTime() < end) {
                Optional<Tree> event = events.next();
                if (event.isEmpty()) {
                    return;
                }
                Tree slice = event.get().at("object");
                boolean gone = event.get().at("type").text().orElse("").equals("DELETED");
                leads.put(nameOf(slice), !gone && leadsTo(slice, left));
            }
        }
    }

    private static String nameOf(Tree slice) {
        return slice.at("metadata", "name").text().orElse("");
    }

    private static boolean leadsTo(Tree slice, Set<Integer> left) {
        return !slice.at("endpoints").items().isEmpty()
                && slice.at("ports").items().stream()
                        .flatMap(port -> port.at("port").number().stream())
                        .anyMatch(left::contains);
    }
}
