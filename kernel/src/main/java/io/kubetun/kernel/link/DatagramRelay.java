package io.kubetun.kernel.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One direction of a UDP flow: datagrams, dropped where they cannot go on. Ended after a time without any. */
final class DatagramRelay extends ChannelInboundHandlerAdapter {
    private final Channel to;
    private final LinkCounts counts;
    private boolean used;

    private DatagramRelay(Channel to, LinkCounts counts) {
        this.to = to;
        this.counts = counts;
    }

    /** Joins two channels of datagrams; called on the loop of both. */
    static void join(Channel flow, Channel target, Duration idle, LinkCounts counts) {
        DatagramRelay out = new DatagramRelay(target, counts);
        DatagramRelay in = new DatagramRelay(flow, counts);
        flow.pipeline().addLast(out);
        target.pipeline().addLast(in);
        if (!flow.isActive() || !target.isActive()) {
            flow.close();
            target.close();
            return;
        }
        // Looked at four times in the time: an end that is a quarter late, for a flow that costs nothing a datagram.
        long period = idle.toNanos() / 4;
        int[] quiet = new int[1];
        Future<?> watch = flow.eventLoop()
                .scheduleAtFixedRate(
                        () -> {
                            boolean used = out.used || in.used;
                            out.used = false;
                            in.used = false;
                            quiet[0] = used ? 0 : quiet[0] + 1;
                            if (quiet[0] >= 4) {
                                flow.close();
                            }
                        },
                        period,
                        period,
                        TimeUnit.NANOSECONDS);
        flow.closeFuture().addListener(end -> watch.cancel(false));
        flow.config().setAutoRead(true);
        target.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        used = true;
        if (!to.isWritable()) {
            // Perhaps only what was written in this turn is in the way.
            to.flush();
        }
        if (to.isWritable()) {
            to.write(message, to.voidPromise());
        } else {
            counts.datagramDropped();
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        to.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        to.close();
    }

    /** Nobody listens there, or the flow was reset. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Relay.cut(to);
        Relay.cut(context.channel());
    }
}
