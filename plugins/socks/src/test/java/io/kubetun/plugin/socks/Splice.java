package io.kubetun.plugin.socks;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/** One direction of a joined flow: bytes, back-pressure, half-close and end. */
final class Splice extends ChannelInboundHandlerAdapter {
    private final Channel to;
    private boolean finished;

    Splice(Channel to) {
        this.to = to;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        to.writeAndFlush(message);
        context.channel().config().setAutoRead(to.isWritable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        to.config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            finish();
        }
    }

    /** Passes on the end of what this side sends, behind what was written before. */
    void finish() {
        if (!finished) {
            finished = true;
            to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> ((DuplexChannel) to).shutdownOutput());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
