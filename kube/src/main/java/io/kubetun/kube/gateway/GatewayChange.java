package io.kubetun.kube.gateway;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.catalog.ApiErrors;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The lease of a gateway, and with it the gateway, as a change that is undone at the session's end. */
final class GatewayChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "gateway";

    /** A session's end and a kernel's start wait no longer for the API server. */
    private static final Duration UNDO_LIMIT = Duration.ofMillis(1800);

    private final String key;
    private final String preview;
    private final Map<String, String> data;
    private final Leasing leasing;

    /** Gets at the lease, which after a crash takes a new way to the API server. */
    interface Leasing {
        GatewayLease lease() throws KubetunException;
    }

    GatewayChange(String key, String preview, Map<String, String> data, Leasing leasing) {
        this.key = key;
        this.preview = preview;
        this.data = Map.copyOf(data);
        this.leasing = leasing;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String preview() {
        return preview;
    }

    @Override
    public Map<String, String> data() {
        return data;
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    @Override
    public void apply() throws KubetunException {
        GatewayLease lease = leasing.lease();
        try {
            lease.take();
        } catch (IOException e) {
            takeBack(lease, e);
            throw refused(lease, e);
        }
    }

    /** What was made before the refusal; if that fails too, it is no lease that is renewed, and anyone sweeps it. */
    private static void takeBack(GatewayLease lease, IOException why) {
        try {
            lease.give();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static KubetunException refused(GatewayLease lease, IOException e) {
        boolean forbidden = e instanceof ApiException api && api.forbidden();
        return new KubetunException(
                forbidden ? ErrorCode.FORBIDDEN : ErrorCode.CLUSTER_ERROR,
                "cannot deploy the gateway " + lease.objects(),
                ApiErrors.reason(e),
                forbidden
                        ? "Have the Role gateway-deployer of docs/rbac.md applied, or a gateway installed by Helm"
                        : "See docs/gateway.md; without a gateway: --gateway none",
                e);
    }

    @Override
    public void undo() throws KubetunException {
        FutureTask<Optional<KubetunException>> giving = new FutureTask<>(this::give);
        Thread.ofVirtual().name("kubetun-gateway-give").start(giving);
        try {
            Optional<KubetunException> failure = giving.get(UNDO_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
        } catch (TimeoutException e) {
            throw left("the API server does not answer in time", e);
        } catch (ExecutionException e) {
            throw left(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw left("it was interrupted", e);
        }
    }

    private Optional<KubetunException> give() {
        try {
            leasing.lease().give();
            return Optional.empty();
        } catch (KubetunException e) {
            return Optional.of(left(e.what() + ": " + e.why(), e));
        } catch (IOException e) {
            return Optional.of(left(ApiErrors.reason(e), e));
        }
    }

    private KubetunException left(String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot give up the gateway " + key,
                why,
                "It is idle, and anyone's next session removes it. At once: kubetun repair",
                cause);
    }
}
