package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.kubetun.spi.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/** A cluster on loopback: an address is dialled as it is, a name is unknown. */
public final class LoopbackDialer implements Dialer {
    private final Transport transport;

    public LoopbackDialer(Transport transport) {
        this.transport = transport;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        if (!(target instanceof Target.Address address)) {
            return loop.newFailedFuture(new DialException(Reason.UNKNOWN_NAME, target + " is unknown"));
        }
        Promise<Channel> dialed = loop.newPromise();
        new Bootstrap()
                .group(loop)
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address.ip(), address.port())
                .addListener((io.netty.channel.ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        dialed.setSuccess(connected.channel());
                    } else {
                        dialed.setFailure(new DialException(Reason.REFUSED, target + " refused", connected.cause()));
                    }
                });
        return dialed;
    }
}
