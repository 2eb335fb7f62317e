/**
 * A Kubernetes cluster in this process, for tests, for demonstrations and for authors of plugins: an API server with
 * the real wire formats on loopback, pods that are small servers, and faults as code.
 */
module io.kubetun.testkit {
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires io.netty.buffer;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires transitive io.netty.transport;
    requires transitive kubernetes.model.core;

    exports io.kubetun.testkit;
    exports io.kubetun.testkit.fault;
    exports io.kubetun.testkit.pod;
}
