package io.kubetun.kube.gateway;

import io.kubetun.kube.api.ApiClient;
import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.kube.catalog.Catalog;
import io.kubetun.kube.document.Tree;
import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.examine.AccessReview;
import io.kubetun.kube.target.GatewayRoutes;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.cluster.GatewayOffer;
import io.kubetun.spi.cluster.GatewayOffer.Agentless;
import io.kubetun.spi.cluster.GatewayOffer.Offered;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the gateway that a session wants, or has it deployed. Blocks. Thread-safe. */
public final class GatewayFinder {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayFinder.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What deploying, sharing and removing a gateway needs, beside a mode's own permissions. */
    private static final List<AccessReview> NEEDED = List.of(
            new AccessReview("create", "", "serviceaccounts"),
            new AccessReview("create", "apps", "deployments"),
            new AccessReview("patch", "apps", "deployments"),
            new AccessReview("delete", "apps", "deployments"));

    private final ApiClient api;
    private final Catalog catalog;
    private final GatewayRoutes routes;
    private final GatewaySettings settings;
    private final JournalledCluster cluster;
    private final String session;
    private final GatewayObjects objects;

    /**
     * Makes it; asks nothing yet.
     *
     * @param api the API server
     * @param catalog what the cluster holds
     * @param routes says what a gateway is to dial
     * @param settings which gateway
     * @param cluster how the cluster was reached, for the journal
     * @param session the session's id
     */
    public GatewayFinder(
            ApiClient api,
            Catalog catalog,
            GatewayRoutes routes,
            GatewaySettings settings,
            JournalledCluster cluster,
            String session) {
        this.api = api;
        this.catalog = catalog;
        this.routes = routes;
        this.settings = settings;
        this.cluster = cluster;
        this.session = session;
        this.objects = new GatewayObjects(api, settings.namespace(), settings.name(), InstantSource.system());
    }

    /**
     * Finds it, or has it deployed.
     *
     * @param effects makes the change
     * @param progress told what is done
     * @return the gateway, not yet ready, or why there is none
     * @throws KubetunException if the one that was named cannot be used
     */
    public GatewayOffer find(Effects effects, Progress progress) throws KubetunException {
        return switch (settings.wish()) {
            case GatewaySettings.None none -> {
                sweepLater(effects);
                yield new Agentless(Optional.empty());
            }
            case GatewaySettings.Auto auto -> automatic(effects, progress);
            case GatewaySettings.Named(String name) -> named(effects);
        };
    }

    /** Nobody who wants no gateway waits for the end of one that its users have left behind. */
    private void sweepLater(Effects effects) {
        Thread.ofVirtual().name("kubetun-gateway-sweep").start(() -> {
            try {
                Optional<Tree> there = objects.find();
                if (there.isPresent() && GatewayLease.isUnused(there.get(), objects.now())) {
                    effects.apply(GatewaySweepType.of(objects));
                }
            } catch (IOException e) {
                // Most users may not even look.
                LOG.debug("did not look for a gateway {} that nobody uses: {}", objects, ApiErrors.reason(e));
            } catch (KubetunException e) {
                LOG.debug("a gateway that nobody uses stays", e);
            }
        });
    }

    private GatewayOffer automatic(Effects effects, Progress progress) {
        try {
            Optional<Tree> there = objects.find();
            if (there.isPresent()) {
                return automatic(there.get(), effects);
            }
            Optional<AccessReview> missing = missing();
            if (missing.isPresent()) {
                return without("this user may not " + missing.get().in(settings.namespace()));
            }
            progress.step("Deploying the gateway " + objects + ".");
            return leased(
                    effects,
                    "deploy the gateway " + objects + ": a Deployment of 1 pod (" + settings.imageName()
                            + ", requests 50m CPU and 64Mi, no capabilities) and a ServiceAccount without rights; its last"
                            + " user's session removes it",
                    false);
        } catch (ApiException e) {
            return e.forbidden()
                    ? installed("this user may not get deployments in namespace " + settings.namespace())
                    : without(ApiErrors.reason(e));
        } catch (IOException e) {
            return without(ApiErrors.reason(e));
        } catch (KubetunException e) {
            return without(e.why());
        }
    }

    private GatewayOffer automatic(Tree deployment, Effects effects) throws KubetunException {
        if (!GatewayManifest.APP_NAME.equals(label(deployment, GatewayManifest.APP))) {
            return without("the Deployment " + objects + " is somebody else's, not kubetun's");
        }
        return offered(deployment, effects, false);
    }

    private GatewayOffer named(Effects effects) throws KubetunException {
        try {
            Optional<Tree> there = objects.find();
            if (there.isPresent()) {
                if (GatewayManifest.APP_NAME.equals(label(there.get(), GatewayManifest.APP))) {
                    return offered(there.get(), effects, true);
                }
                throw unusable("it is not kubetun's: it has not the label " + GatewayManifest.APP + "="
                        + GatewayManifest.APP_NAME);
            }
        } catch (ApiException e) {
            if (!e.forbidden()) {
                throw unusable(ApiErrors.reason(e));
            }
            return unseen(true);
        } catch (IOException e) {
            throw unusable(ApiErrors.reason(e));
        }
        throw unusable("there is no such Deployment");
    }

    /** Who may not see Deployments may see pods: one that is installed needs no lease. */
    private GatewayOffer installed(String why) {
        try {
            Tree list = api.get("/api/v1/namespaces/" + settings.namespace() + "/pods?limit=1&labelSelector="
                    + ApiClient.encode(GatewayManifest.selector(settings.name())));
            return list.at("items").items().isEmpty() ? without(why) : unseen(false);
        } catch (IOException e) {
            return without(why);
        }
    }

    private GatewayOffer unseen(boolean required) {
        return new Offered(new DeployedGateway(objects, Optional.empty(), routes, catalog), required);
    }

    private GatewayOffer offered(Tree deployment, Effects effects, boolean required) throws KubetunException {
        if (GatewayLease.isForeign(deployment)) {
            return unseen(required);
        }
        int others = Leases.of(deployment).living(objects.now()).size();
        String change = settings.image().isPresent() && !settings.image().get().equals(GatewayLease.image(deployment))
                ? ", and roll it out with the image " + settings.image().get()
                : "";
        return leased(
                effects,
                "share the gateway " + objects + " (" + others + " sessions use it): an annotation on its Deployment"
                        + change,
                required);
    }

    private GatewayOffer leased(Effects effects, String preview, boolean required) throws KubetunException {
        byte[] own = new byte[4];
        RANDOM.nextBytes(own);
        String holder = session + "-" + HexFormat.of().formatHex(own);
        String account = settings.name() + "-" + HexFormat.of().formatHex(own, 0, 3);
        GatewayManifest manifest = new GatewayManifest(
                settings.namespace(), settings.name(), account, settings.imageName(), settings.pullSecret());
        GatewayLease lease =
                new GatewayLease(objects, holder, manifest, settings.image().isPresent(), () -> {});
        effects.apply(GatewayChange.of(
                objects + "#" + session, preview, GatewayChangeType.data(objects, holder, cluster), () -> lease));
        return new Offered(new DeployedGateway(objects, Optional.of(lease), routes, catalog), required);
    }

    private Optional<AccessReview> missing() throws IOException {
        for (AccessReview review : NEEDED) {
            if (!review.ask(api, settings.namespace())) {
                return Optional.of(review);
            }
        }
        return Optional.empty();
    }

    private static String label(Tree deployment, String label) {
        return deployment.at("metadata", "labels", label).text().orElse("");
    }

    private static GatewayOffer without(String why) {
        return new Agentless(Optional.of(why));
    }

    private KubetunException unusable(String why) {
        return new KubetunException(
                ErrorCode.TARGET_UNKNOWN,
                "cannot use the gateway " + objects,
                why,
                "Have one deployed: --gateway auto; or look: kubectl get deployments -A -l " + GatewayManifest.APP + "="
                        + GatewayManifest.APP_NAME);
    }
}
