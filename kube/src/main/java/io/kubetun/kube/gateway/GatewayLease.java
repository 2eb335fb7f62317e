package io.kubetun.kube.gateway;

import io.kubetun.kube.document.Tree;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One session's lease of a gateway that kubetun deploys: taking it deploys the gateway if it is not there, giving it up
 * removes the gateway if nobody else has one. Blocks. Thread-safe.
 */
final class GatewayLease {
    /** Others change the Deployment at the same time: its controller, and those who come and go. */
    private static final int MAX_TRIES = 12;

    private final GatewayObjects objects;
    private final String holder;
    private final GatewayManifest manifest;
    private final boolean imageNamed;
    private final Runnable afterwards;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean given;

    /**
     * Makes one that is not taken yet.
     *
     * @param objects the gateway
     * @param holder who has the lease, unlike anyone else
     * @param manifest what is deployed
     * @param imageNamed whether the user has named the image: then one that is there is changed to it
     * @param afterwards run when it was given up, or could not be
     */
    GatewayLease(
            GatewayObjects objects, String holder, GatewayManifest manifest, boolean imageNamed, Runnable afterwards) {
        this.objects = objects;
        this.holder = holder;
        this.manifest = manifest;
        this.imageNamed = imageNamed;
        this.afterwards = afterwards;
    }

    GatewayObjects objects() {
        return objects;
    }

    /** Says whether somebody else's tool has installed it, so that it is neither leased nor removed. */
    static boolean isForeign(Tree deployment) {
        return deployment
                .at("metadata", "labels", GatewayManifest.MANAGED_BY)
                .text()
                .filter(GatewayManifest.OURS::equals)
                .isEmpty();
    }

    /** Takes or renews it; deploys the gateway if there is none. Does nothing once it was given up. */
    void take() throws IOException {
        lock.lock();
        try {
            for (int i = 0; i < MAX_TRIES && !given; i++) {
                Optional<Tree> there = objects.find();
                Optional<Tree> joined = there.isPresent() ? join(there.get()) : create();
                if (joined.isPresent()) {
                    complete(joined.get());
                    return;
                }
            }
            if (!given) {
                throw new IOException("others change the Deployment " + objects + " all the time");
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<Tree> create() throws IOException {
        return objects.create(manifest, Map.of(Leases.PREFIX + holder, Leases.until(objects.now())));
    }

    private Optional<Tree> join(Tree deployment) throws IOException {
        if (isForeign(deployment)) {
            return Optional.of(deployment);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        Map<String, Object> annotations = new HashMap<>();
        Leases.of(deployment).expired(objects.now()).forEach(each -> annotations.put(Leases.PREFIX + each, null));
        annotations.put(Leases.PREFIX + holder, Leases.until(objects.now()));
        fields.put("metadata", Map.of("annotations", annotations));
        if (imageNamed && !manifest.image().equals(image(deployment))) {
            fields.put("spec", Map.of("template", Map.of("spec", manifest.ofImage())));
        }
        return objects.patch(fields);
    }

    static String image(Tree deployment) {
        return deployment.at("spec", "template", "spec", "containers").items().stream()
                .findFirst()
                .flatMap(container -> container.at("image").text())
                .orElse("");
    }

    /** Whoever made the Deployment may have died before its ServiceAccount and its pod. */
    private void complete(Tree deployment) throws IOException {
        if (isForeign(deployment) || deployment.at("spec", "replicas").number().orElse(1) > 0) {
            return;
        }
        String account = deployment
                .at("spec", "template", "spec", "serviceAccountName")
                .text()
                .orElse(manifest.account());
        objects.createAccount(
                manifest.withAccount(account),
                deployment.at("metadata", "uid").text().orElse(""));
        objects.patch(Map.of("spec", Map.of("replicas", 1)));
    }

    /** Gives it up, for good, and removes the gateway with it if nobody else has a lease that lives. */
    void give() throws IOException {
        lock.lock();
        try {
            given = true;
            Map<String, Object> annotations = new HashMap<>();
            annotations.put(Leases.PREFIX + holder, null);
            Optional<Tree> there = objects.find();
            if (there.isEmpty() || isForeign(there.get())) {
                return;
            }
            if (Leases.of(there.get()).untilByHolder().containsKey(holder)) {
                there = objects.patch(Map.of("metadata", Map.of("annotations", annotations)));
            }
            removeUnused(objects, there);
        } finally {
            afterwards.run();
            lock.unlock();
        }
    }

    /** Removes a gateway that nobody has a living lease of. */
    static void sweep(GatewayObjects objects) throws IOException {
        removeUnused(objects, objects.find());
    }

    /** Says whether it is one that kubetun deployed and nobody has a living lease of. */
    static boolean isUnused(Tree deployment, Instant now) {
        return !isForeign(deployment) && Leases.of(deployment).living(now).isEmpty();
    }

    private static void removeUnused(GatewayObjects objects, Optional<Tree> seen) throws IOException {
        Optional<Tree> there = seen;
        for (int i = 0; i < MAX_TRIES && there.isPresent() && isUnused(there.get(), objects.now()); i++) {
            // If somebody takes a lease at this moment, it is no longer the Deployment that was seen.
            there = objects.delete(there.get()) ? Optional.empty() : objects.find();
        }
    }
}
