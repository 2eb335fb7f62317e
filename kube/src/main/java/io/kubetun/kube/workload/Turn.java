package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits for a workload that somebody else has: woken by the end of their Lease, or by looking now and then. Blocks.
 *
 * @param workloads ask for the workload
 * @param ladder knows whose it is
 * @param showing knows the Leases
 */
record Turn(Workloads workloads, Ladder ladder, Showing showing) {
    /** Between two looks while a Lease is followed: it may be none of who has the pods. */
    private static final Duration SELDOM = Duration.ofSeconds(15);

    private static final Duration OFTEN = Duration.ofSeconds(2);

    /** Who has a workload that this user does not have. */
    Optional<Holding> other(Intercept intercept, Workload workload) throws IOException {
        return ladder.held(workload)
                .map(Ladder.Held::holding)
                .filter(holding -> !holding.isOf(intercept.fingerprint()));
    }

    /**
     * Waits until nobody else has it.
     *
     * @param intercept who waits, and for what
     * @param first the workload as it was seen
     * @param until by {@link System#nanoTime}
     * @param progress told whom is waited for
     * @return the workload as it is then
     * @throws KubetunException if somebody has it still at the end of the time
     * @throws IOException if the API server refuses
     */
    Workload await(Intercept intercept, Workload first, long until, Progress progress)
            throws KubetunException, IOException, InterruptedException {
        Workload workload = first;
        String told = "";
        try (LeaseWatch watch = new LeaseWatch(showing.leases(), workload)) {
            while (true) {
                long seen = watch.ends();
                Optional<Holding> other = other(intercept, workload);
                if (other.isEmpty()) {
                    return workload;
                }
                Optional<String> silent = showing.silentSince(workload, other.get());
                long left = until - System.nanoTime();
                if (left <= 0) {
                    throw intercept.held(workload, other.get(), silent);
                }
                String waiting = "Waiting for " + workload + ": it is intercepted by "
                        + Intercept.spoken(other.get(), silent) + "."
                        + (silent.isPresent() ? " End it: kubetun leave " + workload.spoken() + " --force" : "");
                if (!waiting.equals(told)) {
                    progress.step(waiting);
                    told = waiting;
                }
                long pause = (watch.follows() ? SELDOM : OFTEN).toNanos();
                watch.await(seen, Math.min(left, pause));
                workload = workloads.now(workload);
            }
        }
    }
}
