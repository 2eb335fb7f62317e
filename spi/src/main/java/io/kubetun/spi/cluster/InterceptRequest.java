package io.kubetun.spi.cluster;

import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What shall be taken from a workload's pods, and for whom.
 *
 * @param workload the workload, in the active namespace
 * @param ports what is taken; none for all TCP
 * @param way how the agent gets into the pods; empty for the best that the cluster allows
 * @param ownerKey the public key of who may take the flows: X.509, Base64
 * @param holder who that is, for people: {@code alice@laptop}
 * @param probes whether the kubelet's probes go to the laptop too
 * @param everyWay whether each way is looked at, also those after the one that is gone: for a plan
 * @param patience how long to wait while somebody else has it; zero to be refused at once
 */
public record InterceptRequest(
        WorkloadName workload,
        List<Port> ports,
        Optional<Way> way,
        String ownerKey,
        String holder,
        boolean probes,
        boolean everyWay,
        Duration patience) {
    /** Takes a copy. */
    public InterceptRequest {
        ports = List.copyOf(ports);
    }

    /**
     * A port that a pod listens on.
     *
     * @param port its number, or the name that a container gives it
     * @param protocol its transport
     */
    public record Port(String port, Protocol protocol) {}

    /** How the agent gets into the pods; the best one first. */
    public enum Way {
        /** Containers that are added to the pods as they run: nothing is started again. */
        EPHEMERAL,
        /** An init container and an agent by a patch of the pod template: the pods are replaced. */
        PATCH,
        /** An agent without a capability, and Services led to its ports: the pods are replaced. */
        TARGET_PORT;

        /**
         * Reads one as it is typed.
         *
         * @param text such as {@code target-port}
         * @return the way; empty if it is none
         */
        public static Optional<Way> parse(String text) {
            return Arrays.stream(values())
                    .filter(way -> way.toString().equals(text))
                    .findFirst();
        }

        /** As it is typed: {@code target-port}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
