package io.kubetun.kernel.inbound;

import io.kubetun.kernel.link.Egress;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Inbound;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Hands the flows of a link to who takes them. */
record TakerEgress(Inbound.Taker taker) implements Egress {
    @Override
    public Future<Channel> connect(InetSocketAddress to, Optional<InetSocketAddress> from, EventLoop loop) {
        return taker.take(new Inbound.Flow(Protocol.TCP, to, from), loop);
    }

    @Override
    public Future<Channel> connectDatagrams(InetSocketAddress to, Optional<InetSocketAddress> from, EventLoop loop) {
        return taker.take(new Inbound.Flow(Protocol.UDP, to, from), loop);
    }

    @Override
    public Future<Boolean> echo(InetAddress to, int size, EventLoop loop) {
        return loop.newFailedFuture(new DialException(Reason.FORBIDDEN, "an agent has no pings to hand on"));
    }
}
