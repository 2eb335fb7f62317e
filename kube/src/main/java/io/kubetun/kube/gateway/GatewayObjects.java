package io.kubetun.kube.gateway;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.api.ApiResponse;
import io.kubetun.kube.api.ServerClock;
import io.kubetun.kube.document.Json;
import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of one gateway, through the API server. Blocks. Thread-safe.
 */
final class GatewayObjects {
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final ApiClient api;
    private final String namespace;
    private final String name;
    private final ServerClock clock;

    GatewayObjects(ApiClient api, String namespace, String name, InstantSource clock) {
        this.api = api;
        this.namespace = namespace;
        this.name = name;
        this.clock = new ServerClock(clock);
    }

    String namespace() {
        return namespace;
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }

    /** The time by the API server's clock: leases of several machines are compared. */
    Instant now() {
        return clock.now();
    }

    Optional<Tree> find() throws IOException {
        try (ApiResponse response = api.open(path());
                Json json = response.json()) {
            clock.learn(response);
            Tree deployment = json.next().orElse(Tree.MISSING);
            response.finish();
            return Optional.of(deployment);
        } catch (ApiException e) {
            return orMissing(e);
        }
    }

    /** Creates the Deployment; empty if there is one by now. */
    Optional<Tree> create(GatewayManifest manifest, Map<String, String> annotations) throws IOException {
        try {
            return Optional.of(api.post(collection(), manifest.deployment(annotations)));
        } catch (ApiException e) {
            if (e.status() == CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Creates the ServiceAccount, unless it is there. */
    void createAccount(GatewayManifest manifest, String ownerUid) throws IOException {
        try {
            api.post(String.format(GatewayManifest.ACCOUNTS, namespace), manifest.serviceAccount(ownerUid));
        } catch (ApiException e) {
            if (e.status() != CONFLICT) {
                throw e;
            }
        }
    }

    /** Changes the Deployment; empty if it is gone. */
    Optional<Tree> patch(Map<String, ?> fields) throws IOException {
        try {
            return Optional.of(api.patch(path(), Json.write(fields)));
        } catch (ApiException e) {
            return orMissing(e);
        }
    }

    /** Deletes the Deployment as it was seen, with all that it owns; false if it has changed since. */
    boolean delete(Tree seen) throws IOException {
        Map<String, String> asSeen = Map.of(
                "uid", seen.at("metadata", "uid").text().orElse(""),
                "resourceVersion", seen.at("metadata", "resourceVersion").text().orElse(""));
        try {
            api.delete(
                    path(),
                    Json.write(Map.of(
                            "apiVersion",
                            "v1",
                            "kind",
                            "DeleteOptions",
                            "propagationPolicy",
                            "Background",
                            "preconditions",
                            asSeen)));
            return true;
        } catch (ApiException e) {
            if (e.status() == CONFLICT) {
                return false;
            }
            return orMissing(e).isEmpty();
        }
    }

    private static Optional<Tree> orMissing(ApiException e) throws ApiException {
        if (e.status() == NOT_FOUND) {
            return Optional.empty();
        }
        throw e;
    }

    private String collection() {
        return String.format(GatewayManifest.DEPLOYMENTS, namespace);
    }

    private String path() {
        return collection() + "/" + name;
    }
}
