package io.kubetun.spi.cluster;

import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.util.List;
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
 */
public record InterceptRequest(
        WorkloadName workload, List<Port> ports, Optional<Way> way, String ownerKey, String holder, boolean probes) {
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

    /** How the agent gets into the pods. */
    public enum Way {
        /** An init container and an agent by a patch of the pod template: the pods are replaced. */
        PATCH
    }
}
