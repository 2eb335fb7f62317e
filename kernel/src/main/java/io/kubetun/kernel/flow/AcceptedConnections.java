package io.kubetun.kernel.flow;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;

/** Gives each accepted connection that is within the session's limit to the mode that listens. */
@ChannelHandler.Sharable
final class AcceptedConnections extends ChannelInitializer<Channel> {
    private final SessionFlows flows;
    private final ChannelHandler mode;

    AcceptedConnections(SessionFlows flows, ChannelHandler mode) {
        this.flows = flows;
        this.mode = mode;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (flows.admit(channel)) {
            channel.pipeline().addLast(new HeldReads(), mode);
        }
    }
}
