package io.kubetun.plugin.tun;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.host.Cidr;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;

/**
 * The two ways out of a network of the session's own: into the cluster, and past it. Thread-safe.
 *
 * @param cluster the way to the ranges, and to whatever has no address
 * @param outside the way to all other addresses
 * @param ranges the cluster's addresses
 */
record Ways(Dialer cluster, Dialer outside, List<Cidr> ranges) implements Dialer {
    Ways {
        ranges = List.copyOf(ranges);
    }

    private Dialer to(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address)) ? cluster : outside;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        Dialer way = target instanceof Target.Address address ? to(address.ip()) : cluster;
        return way.dial(target, loop);
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return to(target.ip()).dialDatagrams(target, loop);
    }

    @Override
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return to(address).echo(address, size, loop);
    }
}
