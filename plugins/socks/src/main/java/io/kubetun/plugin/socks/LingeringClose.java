package io.kubetun.plugin.socks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Sends a last answer and closes so that it arrives. A socket that is closed while bytes of the client are unread is
 * reset, and a reset overtakes the answer; so our end is shut first, and what still comes is thrown away for a while.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
    private final Duration time;
    private Future<?> timeout;

    LingeringClose(Duration time) {
        this.time = time;
    }

    /** Answers, when this is the client's only handler. Call it on the client's loop. */
    void answer(Channel client, ByteBuf answer) {
        client.config().setAutoRead(true);
        client.writeAndFlush(answer).addListener(written -> {
            if (written.isSuccess() && client instanceof DuplexChannel duplex && !duplex.isInputShutdown()) {
                duplex.shutdownOutput();
            } else {
                client.close();
            }
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timeout = context.executor().schedule(() -> context.close(), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        timeout.cancel(false);
    }
}
