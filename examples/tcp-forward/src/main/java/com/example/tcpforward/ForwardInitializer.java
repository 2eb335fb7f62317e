package com.example.tcpforward;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Flows;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;

/** Dials for each accepted connection and joins the two. Runs on event loops: nothing here blocks. */
@Sharable
final class ForwardInitializer extends ChannelInitializer<Channel> {
    private final Dialer dialer;
    private final Flows flows;
    private final Target target;

    ForwardInitializer(Dialer dialer, Flows flows, Target target) {
        this.dialer = dialer;
        this.flows = flows;
        this.target = target;
    }

    @Override
    protected void initChannel(Channel client) {
        // Until there is somebody to give the bytes to, they stay where they are.
        client.config().setAutoRead(false);
        dialer.dial(target, client.eventLoop()).addListener((Future<Channel> dialled) -> {
            if (!dialled.isSuccess()) {
                reset(client);
            } else if (client.isActive()) {
                flows.join(client, dialled.getNow(), target);
            } else {
                dialled.getNow().close();
            }
        });
    }

    /** Without lingering, closing is a reset: to the program in front, as if the target had refused. */
    private static void reset(Channel client) {
        client.config().setOption(ChannelOption.SO_LINGER, 0);
        client.close();
    }
}
