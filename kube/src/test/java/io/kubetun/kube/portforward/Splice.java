package io.kubetun.kube.portforward;

import io.kubetun.spi.DialException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/** Passes one direction of a flow on, with back-pressure, half-close and reset: enough to measure with. */
final class Splice extends ChannelInboundHandlerAdapter {
    private final Channel other;

    private Splice(Channel other) {
        this.other = other;
    }

    static void join(Channel client, Channel remote) {
        remote.pipeline().addLast(new Splice(client));
        client.pipeline().addLast(new Splice(remote));
        client.config().setAutoRead(false);
        remote.read();
        client.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        other.write(msg, other.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        other.flush();
        if (other.isWritable() && !((DuplexChannel) ctx.channel()).isInputShutdown()) {
            ctx.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // An epoll channel that has seen its end closes itself when it is read again.
        if (ctx.channel().isWritable() && !((DuplexChannel) other).isInputShutdown()) {
            other.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            other.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(flushed -> {
                if (((DuplexChannel) ctx.channel()).isOutputShutdown()) {
                    other.close();
                    ctx.close();
                } else {
                    ((DuplexChannel) other).shutdownOutput();
                }
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        other.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DialException) {
            other.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        other.close();
        ctx.close();
    }
}
