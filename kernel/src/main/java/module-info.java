/**
 * The kernel: plugins, profiles, sessions, the event bus, the splice, the journal, metrics and the control socket. It
 * names no mode and knows nothing of Kubernetes: both come to it as services.
 */
module io.kubetun.kernel {
    requires transitive io.kubetun.spi;
    requires transitive micrometer.core;
    requires micrometer.registry.prometheus;
    requires com.lmax.disruptor;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires java.management;

    exports io.kubetun.kernel;
    exports io.kubetun.kernel.agent;
    exports io.kubetun.kernel.control;
    exports io.kubetun.kernel.event;
    exports io.kubetun.kernel.flow;
    exports io.kubetun.kernel.gateway;
    exports io.kubetun.kernel.http;
    exports io.kubetun.kernel.journal;
    exports io.kubetun.kernel.link;
    exports io.kubetun.kernel.metrics;
    exports io.kubetun.kernel.packet;
    exports io.kubetun.kernel.plan;
    exports io.kubetun.kernel.plugin;
    exports io.kubetun.kernel.profile;
    exports io.kubetun.kernel.session;
    exports io.kubetun.kernel.supervisor;

    uses io.kubetun.spi.Plugin;
    uses io.kubetun.spi.cluster.ClusterProvider;
    uses io.kubetun.spi.host.EffectType;
    uses io.kubetun.spi.host.HostProvider;
}
