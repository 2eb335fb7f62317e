package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Lease that shows who has a workload, and is removed at the session's end. Making it never fails: it is for people. */
final class LeaseChange implements Effect {
    /** The kind of these effects. */
    static final String KIND = "intercept-lease";

    private static final Logger LOG = LoggerFactory.getLogger(LeaseChange.class);

    private final Owned owned;
    private final String preview;
    private final Map<String, String> data;
    private final Runnable making;
    private final BoundedUndo.Step giving;

    LeaseChange(Owned owned, String preview, Map<String, String> data, Runnable making, BoundedUndo.Step giving) {
        this.owned = owned;
        this.preview = preview;
        this.data = Map.copyOf(data);
        this.making = making;
        this.giving = giving;
    }

    /** Removes a session's; one that another session has taken since stays. */
    static void remove(ShownLeases leases, Owned owned) throws IOException {
        try {
            leases.remove(
                    owned.kind(), owned.name(), lease -> lease.holding().isOf(owned.fingerprint(), owned.session()));
        } catch (ApiException e) {
            if (!e.forbidden()) {
                throw e;
            }
            // Who may do nothing with Leases has made none; one whose right was taken away expires.
            LOG.warn("the Lease of {} is not removed: {}", owned, e.getMessage());
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return owned.key();
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
    public void apply() {
        making.run();
    }

    @Override
    public void undo() throws KubetunException {
        BoundedUndo.run("kubetun-lease-undo", giving, this::left);
    }

    private KubetunException left(String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot remove the Lease that shows who has " + owned,
                why,
                "It keeps nobody from anything and says itself that it is not renewed. At once: kubectl -n "
                        + owned.namespace() + " delete lease " + ShownLease.name(owned.kind(), owned.name()),
                cause);
    }
}
