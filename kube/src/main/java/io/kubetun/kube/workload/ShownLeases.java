package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.api.ServerClock;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/** The Leases of one namespace that show who has which workload, through the API server. Blocks. Thread-safe. */
final class ShownLeases {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    /** Who comes and goes at the same time changes it, too. */
    private static final int MAX_TRIES = 6;

    private static final Duration WATCH = Duration.ofMinutes(2);
    private static final Duration SILENCE = Duration.ofSeconds(150);

    private final ApiClient api;
    private final String namespace;
    private final ServerClock clock = new ServerClock(InstantSource.system());

    ShownLeases(ApiClient api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /** The time by the API server's clock, as of the last answer. */
    Instant now() {
        return clock.now();
    }

    /** Finds a workload's; empty if there is none of kubetun's. */
    Optional<ShownLease> find(Kind kind, String name) throws IOException {
        return get(path(kind, name)).filter(lease -> !lease.isForeign());
    }

    private Optional<ShownLease> get(String path) throws IOException {
        try (ApiResponse response = api.open(path);
                Json json = response.json()) {
            clock.learn(response);
            Tree document = json.next().orElse(Tree.MISSING);
            response.finish();
            return Optional.of(new ShownLease(document));
        } catch (ApiException e) {
            if (e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Has a workload's show its holder from now on, or renews it.
     *
     * @param owned the workload
     * @param holding who has it, and which session
     * @param proven whether the pods say so: then one that somebody else has is taken over too, and not only an expired one
     * @return whether it is shown
     */
    boolean show(Owned owned, Holding holding, boolean proven) throws IOException {
        for (int i = 0; i < MAX_TRIES; i++) {
            Optional<ShownLease> seen = get(path(owned.kind(), owned.name()));
            if (seen.isPresent()
                    && (seen.get().isForeign()
                            || (!proven
                                    && !seen.get().holding().isOf(owned.fingerprint())
                                    && !seen.get().expired(now())))) {
                return false;
            }
            try {
                if (seen.isPresent()) {
                    api.patch(path(owned.kind(), owned.name()), seen.get().taken(holding, now()));
                } else {
                    api.post(collection(), ShownLease.made(owned, holding, now()));
                }
                return true;
            } catch (ApiException e) {
                again(e);
            }
        }
        return false;
    }

    /** Removes a workload's, if it is somebody's. */
    void remove(Kind kind, String name, Predicate<ShownLease> whose) throws IOException {
        for (int i = 0; i < MAX_TRIES; i++) {
            Optional<ShownLease> seen = find(kind, name).filter(whose);
            if (seen.isEmpty()) {
                return;
            }
            try {
                api.delete(path(kind, name), seen.get().removal());
                return;
            } catch (ApiException e) {
                again(e);
            }
        }
        throw new IOException("others change it all the time");
    }

    /** Somebody else has changed it meanwhile: it is looked at again. */
    private static void again(ApiException e) throws ApiException {
        if (e.status() != CONFLICT && e.status() != NOT_FOUND) {
            throw e;
        }
    }

    /** Has a workload's followed: the answer is an event each, first what is there now. To be closed. */
    ApiResponse follow(Kind kind, String name) throws IOException {
        String fields = "metadata.name=" + ShownLease.name(kind, name);
        return api.open(
                collection() + "?watch=true&timeoutSeconds=" + WATCH.toSeconds() + "&fieldSelector="
                        + ApiClient.encode(fields),
                SILENCE);
    }

    private String path(Kind kind, String name) {
        return collection() + "/" + ShownLease.name(kind, name);
    }

    private String collection() {
        return "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
    }
}
