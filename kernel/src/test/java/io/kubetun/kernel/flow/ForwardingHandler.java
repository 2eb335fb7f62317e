package io.kubetun.kernel.flow;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;

/** The simplest mode: each connection leads to one target. */
@ChannelHandler.Sharable
public final class ForwardingHandler extends ChannelInboundHandlerAdapter {
    private final Flows flows;
    private final Dialer dialer;
    private final Target target;

    public ForwardingHandler(Flows flows, Dialer dialer, Target target) {
        this.flows = flows;
        this.dialer = dialer;
        this.target = target;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel client = context.channel();
        client.config().setAutoRead(false);
        dialer.dial(target, client.eventLoop()).addListener((Future<Channel> dialed) -> {
            if (dialed.isSuccess()) {
                flows.join(client, dialed.getNow(), target);
            } else {
                Resets.reset(client);
            }
        });
    }
}
