package io.kubetun.spi.cluster;

import io.kubetun.spi.cluster.InterceptRequest.Way;

/**
 * Who calls a workload that is intercepted, at a port that is taken, while the laptop is linked. Rules take what enters a
 * pod by its network; a port-forward, like the pod's own containers, enters by its loopback. Where there are no rules, the
 * laptop is reached by the ports that Services lead to.
 */
public enum InterceptCaller {
    /** By the name of a Service that has an address of its own. */
    SERVICE_NAME("a Service's name"),
    /** By that address; so do node ports and load balancers. */
    CLUSTER_IP("a Service's ClusterIP"),
    /** By the address of a pod. */
    POD_IP("a pod's own address"),
    /** By the name of a Service without an address, or of a pod of it: the name's address is the pod's. */
    HEADLESS_NAME("a headless Service's name"),
    /** By {@code kubectl port-forward svc/NAME}, which goes to the port of a pod that the Service leads to. */
    FORWARD_TO_SERVICE("somebody's port-forward to a Service"),
    /** By {@code kubectl port-forward POD}. */
    FORWARD_TO_POD("somebody's port-forward to a pod"),
    /** By another session of the same user on the same machine; by a gateway it is one of the callers above. */
    OWN_SESSION("your own session"),
    /** A container of the same pod, by the loopback that they share. */
    POD_ITSELF("the pod's own containers, by loopback");

    private final String words;

    InterceptCaller(String words) {
        this.words = words;
    }

    /** Who answers. */
    public enum Answerer {
        /** The process on the owner's machine. */
        LAPTOP,
        /** The workload's own container. */
        ORIGINAL;

        /** A word for people: {@code laptop}. */
        @Override
        public String toString() {
            return this == LAPTOP ? "laptop" : "original";
        }
    }

    /**
     * Says who answers such a caller.
     *
     * @param way how the agent got into the pods
     * @return who answers
     */
    public Answerer answeredBy(Way way) {
        boolean rules = way != Way.TARGET_PORT;
        return switch (this) {
            case SERVICE_NAME, CLUSTER_IP, OWN_SESSION -> Answerer.LAPTOP;
            case POD_IP, HEADLESS_NAME -> rules ? Answerer.LAPTOP : Answerer.ORIGINAL;
            case FORWARD_TO_SERVICE -> rules ? Answerer.ORIGINAL : Answerer.LAPTOP;
            case FORWARD_TO_POD, POD_ITSELF -> Answerer.ORIGINAL;
        };
    }

    /** The caller in words: {@code a Service's name}. */
    @Override
    public String toString() {
        return words;
    }
}
