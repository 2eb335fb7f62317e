package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaysTest {
    private static final List<Cidr> CLUSTER = List.of(Cidr.of("10.96.0.0/16"), Cidr.of("fd00:1::/64"));

    /** A way that is only told from another. */
    private record Named(String name) implements Dialer {
        @Override
        public Future<Channel> dial(Target target, EventLoop loop) {
            throw new UnsupportedOperationException();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.96.0.1, cluster",
        "fd00:1::7, cluster",
        "10.97.0.1, outside",
        "fd00:2::7, outside",
        "192.168.1.1, outside",
        "9.9.9.9, outside",
    })
    void theClustersAddressesGoThereAndAllOthersPastIt(String address, String way) {
        Ways ways = new Ways(new Named("cluster"), new Named("outside"), CLUSTER);
        assertThat(ways.to(InetAddress.ofLiteral(address))).isEqualTo(new Named(way));
    }

    @Test
    void ipv6LeadsOutOnlyWhereItLeadsSomewhere() {
        Route v4 = new Route(Cidr.of("0.0.0.0/0"), "eth0");
        Route v6 = new Route(Cidr.of("::/0"), "eth0");
        List<Cidr> old = List.of(Cidr.of("10.96.0.0/16"));
        assertThat(Everything.of(List.of(v4), old)).containsExactly(Cidr.of("0.0.0.0/0"));
        assertThat(Everything.of(List.of(v4, v6), old)).containsExactly(Cidr.of("0.0.0.0/0"), Cidr.of("::/0"));
        assertThat(Everything.of(List.of(v4), CLUSTER)).containsExactly(Cidr.of("0.0.0.0/0"), Cidr.of("::/0"));
    }
}
