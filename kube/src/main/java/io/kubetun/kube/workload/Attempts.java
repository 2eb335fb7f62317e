package io.kubetun.kube.workload;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.WorkloadName.Kind;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Changes a workload as it is now, again and again while somebody else changes it at the same time. */
final class Attempts {
    /** Its controller and others who come and go change it, too. */
    private static final int MAX_TRIES = 12;

    private Attempts() {}

    /** Decides on what it sees. */
    @FunctionalInterface
    interface Decision {
        /**
         * Decides.
         *
         * @param seen the workload as it is
         * @return the patch; empty if nothing is to be changed
         * @throws KubetunException if it must not be changed
         * @throws IOException if the API server does not answer
         */
        Optional<Map<String, Object>> patch(Workload seen) throws KubetunException, IOException;
    }

    /**
     * Changes it. Of two who do so at once, the second one sees what the first one made.
     *
     * @return the workload as it is then; empty if it is gone
     * @throws KubetunException as the decision does
     * @throws IOException if the API server refuses or does not answer
     */
    static Optional<Workload> onLatest(Workloads workloads, Kind kind, String name, Decision decision)
            throws KubetunException, IOException {
        for (int i = 0; i < MAX_TRIES; i++) {
            Optional<Workload> seen = workloads.find(kind, name);
            if (seen.isEmpty()) {
                return seen;
            }
            Optional<Map<String, Object>> patch = decision.patch(seen.get());
            if (patch.isEmpty()) {
                return seen;
            }
            Optional<Workload> changed = workloads.patch(seen.get(), patch.get());
            if (changed.isPresent()) {
                return changed;
            }
        }
        throw new IOException("others change it all the time");
    }
}
