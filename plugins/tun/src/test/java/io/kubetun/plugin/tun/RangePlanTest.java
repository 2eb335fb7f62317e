package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.cluster.ClusterAddresses.Kind;
import io.kubetun.spi.cluster.ClusterAddresses.Range;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.Translation;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RangePlanTest {
    private static final ClusterAddresses FOUND = new ClusterAddresses(
            List.of(
                    new Range(Cidr.of("10.96.0.0/16"), Kind.SERVICES, "its ServiceCIDR objects"),
                    new Range(Cidr.of("10.244.0.0/24"), Kind.PODS, "its nodes")),
            List.of());

    private static RangePlan plan(List<String> extra, List<String> exclude, String server, String... routes)
            throws KubetunException {
        return plan(
                extra,
                exclude,
                server,
                java.util.Arrays.stream(routes)
                        .map(each -> new Route(Cidr.of(each), "eth0"))
                        .toList());
    }

    private static RangePlan plan(List<String> extra, List<String> exclude, String server, List<Route> routes)
            throws KubetunException {
        return RangePlan.of(
                FOUND,
                new TunOptions(
                        extra.stream().map(Cidr::of).toList(),
                        exclude.stream().map(Cidr::of).toList(),
                        Optional.empty()),
                List.of(InetAddress.ofLiteral(server)),
                routes);
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

    @Test
    void whatAnotherSessionHasIsTranslated() throws Exception {
        List<Route> first = List.of(
                new Route(Cidr.of("10.96.0.0/16"), "kubetun0"),
                new Route(Cidr.of("10.244.0.0/24"), "kubetun0"),
                new Route(Cidr.of("100.64.0.0/24"), "tailscale0"));
        RangePlan plan = plan(List.of(), List.of(), "172.30.0.1", first);
        assertThat(plan.translations())
                .containsExactly(
                        new Translation(Cidr.of("10.96.0.0/16"), Cidr.of("100.65.0.0/16")),
                        new Translation(Cidr.of("10.244.0.0/24"), Cidr.of("100.64.1.0/24")));
        assertThat(plan.routes()).containsExactly(Cidr.of("100.65.0.0/16"), Cidr.of("100.64.1.0/24"));
        assertThat(plan.told()).anyMatch(line -> line.contains("10.96.0.0/16 is 100.65.0.0/16 here"));
        assertThat(plan.translations().getFirst().toLocal(InetAddress.ofLiteral("10.96.3.4")))
                .isEqualTo(InetAddress.ofLiteral("100.65.3.4"));
        assertThat(plan.translations().getFirst().toCluster(InetAddress.ofLiteral("100.65.3.4")))
                .isEqualTo(InetAddress.ofLiteral("10.96.3.4"));
    }

    @Test
    void aRangeWithoutRoomIsRefused() {
        List<Route> first = List.of(new Route(Cidr.of("11.0.0.0/9"), "kubetun0"));
        assertThatThrownBy(() -> plan(List.of("11.0.0.0/9"), List.of(), "172.30.0.1", first))
                .hasMessageContaining("kubetun shell");
    }
}
