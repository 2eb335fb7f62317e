/** The Kubernetes cluster: the way into its pods. */
module io.kubetun.kube {
    requires transitive io.kubetun.spi;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires transitive io.netty.handler;
    requires io.netty.handler.proxy;

    exports io.kubetun.kube.portforward;
}
