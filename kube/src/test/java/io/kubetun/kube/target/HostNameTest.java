package io.kubetun.kube.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {
    @Test
    void readsServices() {
        assertThat(parse("echo")).isEqualTo(new HostName.OfService("echo", Optional.empty()));
        HostName full = new HostName.OfService("echo", Optional.of("lab"));
        assertThat(parse("echo.lab.svc")).isEqualTo(full);
        assertThat(parse("echo.lab.svc.cluster.local")).isEqualTo(full);
        assertThat(parse("ECHO.Lab.svc.Cluster.Local.")).isEqualTo(full);
    }

    @Test
    void readsPodsOfServices() {
        HostName full = new HostName.OfPod("peer-0", "peer", Optional.of("lab"));
        assertThat(parse("peer-0.peer.lab")).isEqualTo(full);
        assertThat(parse("peer-0.peer.lab.svc")).isEqualTo(full);
        assertThat(parse("peer-0.peer.lab.svc.cluster.local")).isEqualTo(full);
        assertThat(parse("peer-0.peer")).isEqualTo(new HostName.OfPod("peer-0", "peer", Optional.empty()));
    }

    @Test
    void readsPodAddresses() {
        assertThat(parse("10-244-0-5.lab.pod.cluster.local"))
                .isEqualTo(new HostName.OfPodAddress(InetAddress.ofLiteral("10.244.0.5")));
        assertThat(parse("fd00--1-2.lab.pod")).isEqualTo(new HostName.OfPodAddress(InetAddress.ofLiteral("fd00::1:2")));
    }

    @Test
    void knowsAnotherClusterDomain() {
        assertThat(HostName.parse("echo.lab.svc.k8s.example", "k8s.example"))
                .isEqualTo(new HostName.OfService("echo", Optional.of("lab")));
        assertThat(HostName.parse("echo.lab.svc.cluster.local", "k8s.example")).isInstanceOf(HostName.Foreign.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", "a_b", "-a", "a.b.c.d", "www.shop.example.com", "x.cluster.local", "é"})
    void knowsWhatIsNoneOfItsNames(String name) {
        assertThat(parse(name)).isInstanceOf(HostName.Foreign.class);
    }

    private static HostName parse(String name) {
        return HostName.parse(name, "cluster.local");
    }
}
