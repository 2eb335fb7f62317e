package io.kubetun.plugin.socks;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Behind the decoder of a handshake until the request is complete: counts the client, and closes it when it takes too
 * long, breaks the protocol, or has said its last word without a whole request.
 */
final class HandshakeGuard extends ChannelInboundHandlerAdapter {
    private final Handshakes handshakes;
    private final Duration time;
    private Future<?> timeout;

    HandshakeGuard(Handshakes handshakes, Duration time) {
        this.handshakes = handshakes;
        this.time = time;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timeout = context.executor().schedule(() -> context.close(), time.toNanos(), TimeUnit.NANOSECONDS);
        handshakes.begin(context.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        timeout.cancel(false);
        handshakes.end(context.channel());
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
}
