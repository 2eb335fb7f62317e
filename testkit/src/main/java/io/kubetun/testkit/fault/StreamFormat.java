package io.kubetun.testkit.fault;

/** The wire formats in which an API server carries port-forwards. */
public enum StreamFormat {
    /** An HTTP upgrade to SPDY/3.1. */
    SPDY,
    /** SPDY/3.1 inside a WebSocket, {@code SPDY/3.1+portforward.k8s.io}. */
    SPDY_IN_WEBSOCKET,
    /** One WebSocket a port, {@code v4.channel.k8s.io}. */
    CHANNELS
}
