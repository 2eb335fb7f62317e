package io.kubetun.kube.workload;

import io.kubetun.kube.api.ApiException;
import io.kubetun.kube.effect.BoundedUndo;
import io.kubetun.kube.effect.ClusterChange;
import io.kubetun.kube.effect.OneWay;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases that show who has workloads, and are removed at the session's end. Making one never fails: it is for people. */
final class LeaseChange {
    /** The kind of these effects. */
    static final String KIND = "intercept-lease";

    private static final Logger LOG = LoggerFactory.getLogger(LeaseChange.class);

    private LeaseChange() {}

    /** Makes the effect. */
    static Effect of(
            Owned owned, String preview, Map<String, String> data, OneWay.Action making, BoundedUndo.Step giving) {
        return new ClusterChange(
                KIND,
                owned.key(),
                preview,
                data,
                making,
                new BoundedUndo(giving, (why, cause) -> left(owned, why, cause)));
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

    private static KubetunException left(Owned owned, String why, Exception cause) {
        return new KubetunException(
                ErrorCode.CLUSTER_ERROR,
                "cannot remove the Lease that shows who has " + owned,
                why,
                "It keeps nobody from anything and says itself that it is not renewed. At once: kubectl -n "
                        + owned.namespace() + " delete lease " + ShownLease.name(owned.kind(), owned.name()),
                cause);
    }
}
