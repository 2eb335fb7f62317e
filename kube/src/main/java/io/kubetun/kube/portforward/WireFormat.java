package io.kubetun.kube.portforward;

/**
 * The ways in which a Kubernetes API server carries a port-forward, fastest first.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/">Kubernetes: API concepts</a>
 */
public enum WireFormat {
    /** SPDY/3.1 after an HTTP/1.1 upgrade by POST: needs {@code create} on pods/portforward. */
    SPDY("SPDY/3.1", "create"),
    /** The same bytes inside WebSocket messages, by GET: needs {@code get}, from Kubernetes 1.35 also {@code create}. */
    SPDY_IN_WEBSOCKET("SPDY/3.1+portforward.k8s.io", "get"),
    /** One WebSocket for each flow, by GET: needs {@code get}. */
    WEBSOCKET_CHANNELS("v4.channel.k8s.io", "get");

    private final String protocol;
    private final String verb;

    WireFormat(String protocol, String verb) {
        this.protocol = protocol;
        this.verb = verb;
    }

    /**
     * Returns its name on the wire.
     *
     * @return as it stands in the upgrade request
     */
    public String protocol() {
        return protocol;
    }

    /**
     * Returns the RBAC verb that it needs on pods/portforward.
     *
     * @return {@code create} or {@code get}
     */
    public String verb() {
        return verb;
    }
}
