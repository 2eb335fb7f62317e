package io.kubetun.kernel.flow;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A connected UDP socket as {@link io.kubetun.spi.Dialer#dialDatagrams} promises it: datagrams without addresses, dropped
 * where the socket has no room, and an end after a quiet time or when nobody listens at the other end.
 */
final class OutsideDatagrams extends ChannelDuplexHandler {
    /** Looked at so often in the quiet time: a datagram itself costs no look at a clock. */
    private static final int LOOKS = 4;

    private final Duration idle;
    private boolean used;
    private int quiet;

    OutsideDatagrams(Duration idle) {
        this.idle = idle;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        long period = idle.toNanos() / LOOKS;
        Future<?> looks =
                context.executor().scheduleAtFixedRate(() -> look(context), period, period, TimeUnit.NANOSECONDS);
        context.channel().closeFuture().addListener(end -> looks.cancel(false));
        context.fireChannelActive();
    }

    private void look(ChannelHandlerContext context) {
        quiet = used ? 0 : quiet + 1;
        used = false;
        if (quiet >= LOOKS) {
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        used = true;
        context.fireChannelRead(((DatagramPacket) message).content());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        used = true;
        if (context.channel().isWritable()) {
            context.write(message, promise);
        } else {
            ReferenceCountUtil.release(message);
            promise.trySuccess();
        }
    }

    /** Nobody listens there (an ICMP error came): the asker is to know. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.fireExceptionCaught(cause);
        context.close();
    }
}
