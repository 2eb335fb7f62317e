package io.kubetun.kube.workload;

import io.kubetun.kube.effect.JournalledCluster;
import io.kubetun.kube.effect.OneWay;
import io.kubetun.kube.examine.AccessReview;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.Interception;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.Effects;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows by Leases who has which workload. Who has no right for them goes without. Blocks. Thread-safe.
 *
 * @param leases the namespace's
 * @param workloads ask for what the Leases are about
 * @param ladder knows whose a workload is
 * @param cluster how the cluster was reached, for the journal
 * @param access what the user may do
 */
record Showing(ShownLeases leases, Workloads workloads, Ladder ladder, JournalledCluster cluster, Access access) {
    private static final Logger LOG = LoggerFactory.getLogger(Showing.class);

    private static final List<AccessReview> RIGHTS = Stream.of("get", "create", "patch", "delete")
            .map(verb -> new AccessReview(verb, "coordination.k8s.io", "leases"))
            .toList();

    /** Puts agents into the pods. */
    @FunctionalInterface
    interface Putting {
        Interception put() throws KubetunException;
    }

    /**
     * Shows it from before the pods are changed until after they are what they were: who waits for the Lease's end finds
     * the workload free.
     */
    Interception around(Injection injection, Effects effects, Putting putting) throws KubetunException {
        Owned owned = injection.owned();
        Intercept intercept = injection.intercept();
        Holding holding = new Holding(
                intercept.request().holder(), owned.fingerprint(), intercept.now(), owned.session(), Optional.empty());
        Optional<String> missing = access.missingOf(RIGHTS);
        if (missing.isPresent()) {
            LeaseHold none = LeaseHold.unshown(leases, owned, holding, "this user may not " + missing.get());
            return new LeasedIntercept(putting.put(), none, Optional.empty(), effects);
        }
        LeaseHold hold = new LeaseHold(leases, owned, holding, () -> isStillOurs(owned));
        Effect change = LeaseChange.of(
                owned,
                "show by the Lease " + ShownLease.name(owned.kind(), owned.name()) + " that "
                        + intercept.request().holder() + " has " + owned,
                cluster.with(owned.data()),
                hold::take,
                hold::give);
        effects.apply(change);
        try {
            Interception there = putting.put();
            hold.confirm();
            return new LeasedIntercept(there, hold, Optional.of(change), effects);
        } catch (KubetunException e) {
            LeasedIntercept.undone(effects, change, e);
            throw e;
        }
    }

    private boolean isStillOurs(Owned owned) throws IOException {
        Optional<Workload> workload = workloads.find(owned.kind(), owned.name());
        return workload.isPresent()
                && ladder.held(workload.get())
                        .filter(held -> held.holding().isOf(owned.fingerprint()))
                        .isPresent();
    }

    /** When the holder of a workload has last renewed its Lease, if that is too long ago. */
    Optional<String> silentSince(Workload workload, Holding holding) {
        try {
            return leases.find(workload.kind(), workload.name())
                    .filter(lease -> lease.holding().isOf(holding.fingerprint()) && lease.expired(leases.now()))
                    .map(ShownLease::renewedSpoken);
        } catch (IOException e) {
            LOG.debug("the Lease of {} is not read", workload, e);
            return Optional.empty();
        }
    }

    /** Makes the change that removes the Lease of who had a workload, or of who has not been heard of for long. */
    Optional<Effect> ended(Workload workload, Optional<Holding> holding) {
        Predicate<ShownLease> whose = lease ->
                holding.filter(each -> lease.holding().isOf(each.fingerprint())).isPresent()
                        || lease.expired(leases.now());
        try {
            return leases.find(workload.kind(), workload.name())
                    .filter(whose)
                    .map(lease -> new OneWay(
                            LeaveChangeType.KIND,
                            workload.namespace() + "/lease/" + ShownLease.name(workload.kind(), workload.name()),
                            "remove the Lease that shows who had " + workload,
                            () -> remove(workload, whose)));
        } catch (IOException e) {
            LOG.debug("the Lease of {} is not read", workload, e);
            return Optional.empty();
        }
    }

    private void remove(Workload workload, Predicate<ShownLease> whose) {
        try {
            leases.remove(workload.kind(), workload.name(), whose);
        } catch (IOException e) {
            // It is for people, and expires.
            LOG.debug("the Lease of {} is not removed", workload, e);
        }
    }
}
