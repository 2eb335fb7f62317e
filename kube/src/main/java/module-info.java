/**
 * Kubernetes: the kubeconfig and its credentials, what the cluster holds (Services, endpoint slices, pods), names and
 * addresses to pods, and the way into a pod.
 *
 * <p>It is the only module that knows Kubernetes; the kernel finds it as a {@link io.kubetun.spi.cluster.ClusterProvider}.
 */
module io.kubetun.kube {
    requires transitive io.kubetun.spi;
    requires com.fasterxml.jackson.core;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires transitive io.netty.handler;
    requires io.netty.handler.proxy;
    requires jdk.net;
    requires org.slf4j;
    requires org.snakeyaml.engine;

    exports io.kubetun.kube;
    exports io.kubetun.kube.portforward;

    provides io.kubetun.spi.cluster.ClusterProvider with
            io.kubetun.kube.KubeClusterProvider;
    provides io.kubetun.spi.host.EffectType with
            io.kubetun.kube.gateway.GatewayChangeType,
            io.kubetun.kube.gateway.GatewaySweepType,
            io.kubetun.kube.workload.EphemeralChangeType,
            io.kubetun.kube.workload.InterceptChangeType,
            io.kubetun.kube.workload.LeaseChangeType,
            io.kubetun.kube.workload.LeaveChangeType,
            io.kubetun.kube.workload.ServiceChangeType;
}
