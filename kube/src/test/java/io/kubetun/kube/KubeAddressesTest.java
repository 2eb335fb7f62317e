package io.kubetun.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which addresses a cluster has, by what its user may ask. */
class KubeAddressesTest {
    private final Told told = new Told();
    private LoopbackApi api;
    private KubeCluster cluster;

    @BeforeEach
    void open() throws Exception {
        api = new LoopbackApi();
        api.put("/api/v1/namespaces/lab/services", "echo", "{\"spec\":{\"clusterIP\":\"10.96.3.7\"}}");
        api.put("/api/v1/namespaces/lab/services", "peer", "{\"spec\":{\"clusterIP\":\"None\"}}");
        api.put("/api/v1/namespaces/lab/pods", "echo-1", "{\"spec\":{},\"status\":{\"podIP\":\"10.244.5.9\"}}");
        api.put(
                "/api/v1/namespaces/lab/pods",
                "agent",
                "{\"spec\":{\"hostNetwork\":true},\"status\":{\"podIP\":\"172.30.0.1\"}}");
        String options = "namespace=lab, server=\"" + api.uri() + "\"";
        cluster = (KubeCluster) new KubeClusterProvider().open(ConfigFactory.parseString(options), told.environment());
    }

    @AfterEach
    void close() {
        cluster.close();
        api.close();
        told.close();
    }

    private List<String> found() throws Exception {
        return cluster.addresses().ranges().stream()
                .map(range -> range.kind() + " " + range.cidr() + " " + range.source())
                .toList();
    }

    @Test
    void itsObjectsComeFirst() throws Exception {
        api.put(
                "/apis/networking.k8s.io/v1/servicecidrs",
                "kubernetes",
                "{\"spec\":{\"cidrs\":[\"10.96.0.0/16\",\"fd00:96::/112\"]}}");
        api.put("/api/v1/nodes", "node1", "{\"spec\":{\"podCIDRs\":[\"10.244.0.0/16\"]}}");
        assertThat(found())
                .containsExactly(
                        "SERVICES 10.96.0.0/16 its ServiceCIDR objects",
                        "SERVICES fd00:96:0:0:0:0:0:0/112 its ServiceCIDR objects",
                        "PODS 10.244.0.0/16 its nodes");
    }

    private List<String> nameServers() throws Exception {
        return cluster.addresses().nameServers().stream()
                .map(InetAddress::getHostAddress)
                .toList();
    }

    @Test
    void theNameServerIsKnownByItsLabelOrAtTheUsualAddress() throws Exception {
        assertThat(nameServers())
                .as("of what is only in sight nobody knows the range")
                .isEmpty();
        api.put(
                "/apis/networking.k8s.io/v1/servicecidrs",
                "kubernetes",
                "{\"spec\":{\"cidrs\":[\"10.96.0.0/16\",\"fd00:96::/112\",\"10.97.0.0/30\"]}}");
        assertThat(nameServers()).containsExactly("10.96.0.10", "fd00:96:0:0:0:0:0:a");
        api.put(
                "/api/v1/namespaces/kube-system/services",
                "coredns",
                "{\"metadata\":{\"labels\":{\"k8s-app\":\"kube-dns\"}},\"spec\":{\"clusterIPs\":[\"10.96.0.53\"]}}");
        assertThat(nameServers()).containsExactly("10.96.0.53");
        assertThat(api.requests())
                .anyMatch(request -> request.contains("/kube-system/services") && request.contains("kube-dns"));
    }

    @Test
    void thenWhatItSaysToADryRun() throws Exception {
        api.dryRunSays(
                "Service \\\"kubetun-probe\\\" is invalid: spec.clusterIPs: Invalid value: [\\\"192.0.2.1\\\"]: failed"
                        + " to allocate IP 192.0.2.1: the provided IP (192.0.2.1) is not in the valid range. The range of valid"
                        + " IPs is 10.96.0.0/12");
        assertThat(found())
                .containsExactly(
                        "SERVICES 10.96.0.0/12 what it said to a dry run", "PODS 10.244.5.0/24 the pods in sight");
        assertThat(api.requests()).anyMatch(request -> request.endsWith("/services?dryRun=All"));
    }

    @Test
    void thenWhatIsInSight() throws Exception {
        assertThat(found())
                .containsExactly("SERVICES 10.96.3.0/24 the Services in sight", "PODS 10.244.5.0/24 the pods in sight");
    }
}
