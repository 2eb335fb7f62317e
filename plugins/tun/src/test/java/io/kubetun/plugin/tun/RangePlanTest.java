package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.cluster.ClusterAddresses.Kind;
import io.kubetun.spi.cluster.ClusterAddresses.Range;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RangePlanTest {
    private static final ClusterAddresses FOUND = new ClusterAddresses(List.of(
            new Range(Cidr.of("10.96.0.0/16"), Kind.SERVICES, "its ServiceCIDR objects"),
            new Range(Cidr.of("10.244.0.0/24"), Kind.PODS, "its nodes")));

    private static RangePlan plan(List<String> extra, List<String> exclude, String server, String... routes)
            throws KubetunException {
        return RangePlan.of(
                FOUND,
                new TunOptions(
                        extra.stream().map(Cidr::of).toList(),
                        exclude.stream().map(Cidr::of).toList(),
                        Optional.empty()),
                List.of(InetAddress.ofLiteral(server)),
                java.util.Arrays.stream(routes)
                        .map(each -> new Route(Cidr.of(each), "eth0"))
                        .toList());
    }

    @Test
    void whatIsFoundAndAskedForLeadsThere() throws Exception {
        RangePlan plan = plan(List.of("10.244.0.0/16"), List.of(), "172.30.0.1", "0.0.0.0/0", "172.30.0.0/24");
        assertThat(plan.routes()).containsExactly(Cidr.of("10.96.0.0/16"), Cidr.of("10.244.0.0/16"));
    }

    @Test
    void theApiServerIsNeverWithin() throws Exception {
        RangePlan plan = plan(List.of(), List.of(), "10.96.0.1");
        InetAddress server = InetAddress.ofLiteral("10.96.0.1");
        assertThat(plan.routes()).noneMatch(range -> range.contains(server)).hasSize(17);
        assertThat(plan.routes()).anyMatch(range -> range.contains(InetAddress.ofLiteral("10.96.0.2")));
    }

    @Test
    void anotherRouteIsLeftAsItIs() {
        assertThatThrownBy(() -> plan(List.of(), List.of(), "172.30.0.1", "10.0.0.0/8"))
                .hasMessageContaining("10.0.0.0/8")
                .hasMessageContaining("--exclude-cidr 10.96.0.0/16");
        assertThatThrownBy(() -> plan(List.of(), List.of(), "172.30.0.1", "10.96.7.0/24"))
                .hasMessageContaining("--exclude-cidr 10.96.7.0/24");
    }

    @Test
    void halvesOfEverythingAreADefault() throws Exception {
        assertThat(plan(List.of(), List.of(), "172.30.0.1", "0.0.0.0/1", "128.0.0.0/1")
                        .routes())
                .hasSize(2);
    }

    @Test
    void whatIsExcludedIsCutOut() throws Exception {
        RangePlan plan = plan(List.of(), List.of("10.96.7.0/24"), "172.30.0.1", "10.96.7.0/24");
        assertThat(plan.routes())
                .noneMatch(range -> range.overlaps(Cidr.of("10.96.7.0/24")))
                .hasSize(9);
    }

    @Test
    void mostOfTheNetworkIsRefused() {
        assertThatThrownBy(() -> plan(List.of("0.0.0.0/0"), List.of(), "172.30.0.1"))
                .isInstanceOf(KubetunException.class);
    }
}
