package io.kubetun.plugin.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import io.netty.channel.Channel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaysTest {
    private static final List<Cidr> CLUSTER = List.of(Cidr.of("10.96.0.0/16"), Cidr.of("fd00:1::/64"));

    /** Notes what is asked of it and fails it. */
    private record Noting(String name, List<String> asked) implements Dialer {
        @Override
        public Future<Channel> dial(Target target, EventLoop loop) {
            asked.add(name + " tcp " + target);
            return loop.newFailedFuture(new IllegalStateException());
        }

        @Override
        public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
            asked.add(name + " udp " + target);
            return loop.newFailedFuture(new IllegalStateException());
        }

        @Override
        public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
            asked.add(name + " echo " + address.getHostAddress());
            return loop.newFailedFuture(new IllegalStateException());
        }
    }

    @Test
    void theClustersAddressesGoThereAndAllOthersPastIt() {
        List<String> asked = new ArrayList<>();
        Ways ways = new Ways(new Noting("cluster", asked), new Noting("outside", asked), CLUSTER);
        EventLoop loop = new DefaultEventLoop();
        try {
            ways.dial(address("10.96.0.1", 80), loop);
            ways.dial(address("fd00:1:0:0:0:0:0:7", 80), loop);
            ways.dial(address("10.97.0.1", 80), loop);
            ways.dial(new Target.Name("echo", 80), loop);
            ways.dialDatagrams(address("10.96.0.10", 53), loop);
            ways.dialDatagrams(address("192.168.1.1", 53), loop);
            ways.echo(InetAddress.ofLiteral("10.96.0.1"), 8, loop);
            ways.echo(InetAddress.ofLiteral("9.9.9.9"), 8, loop);
        } finally {
            loop.shutdownGracefully();
        }
        assertThat(asked)
                .containsExactly(
                        "cluster tcp 10.96.0.1:80",
                        "cluster tcp [fd00:1:0:0:0:0:0:7]:80",
                        "outside tcp 10.97.0.1:80",
                        "cluster tcp echo:80",
                        "cluster udp 10.96.0.10:53",
                        "outside udp 192.168.1.1:53",
                        "cluster echo 10.96.0.1",
                        "outside echo 9.9.9.9");
    }

    private static Target.Address address(String ip, int port) {
        return new Target.Address(InetAddress.ofLiteral(ip), port);
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
