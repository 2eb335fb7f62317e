package io.kubetun.kernel.link;

import io.kubetun.kernel.flow.HeldReads;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/**
 * One direction of a TCP flow on the accepting end: from one channel to the other on the same loop, with back-pressure,
 * end of stream and reset passed on. Both ends are equal here: there is no program of this machine to ask after.
 */
public final class Relay extends ChannelInboundHandlerAdapter {
    private final DuplexChannel from;
    private final DuplexChannel to;
    private Relay back;
    private boolean ended;
    private boolean passedOn;
    private boolean paused;

    private Relay(DuplexChannel from, DuplexChannel to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Joins two channels; called on the loop of both. What {@link HeldReads} have kept of either comes first.
     *
     * @param flow a channel that is open or has just ended, with half-closure and with auto-read off
     * @param target another one
     */
    public static void join(DuplexChannel flow, DuplexChannel target) {
        Relay out = new Relay(flow, target);
        Relay in = new Relay(target, flow);
        out.back = in;
        in.back = out;
        flow.pipeline().addLast(out);
        target.pipeline().addLast(in);
        if (!flow.isActive()) {
            cut(target);
        } else if (!target.isActive()) {
            cut(flow);
        } else {
            flow.config().setAutoRead(true);
            target.config().setAutoRead(true);
            release(flow);
            release(target);
        }
    }

    /** What has come too early comes now. */
    private static void release(Channel channel) {
        if (channel.pipeline().get(HeldReads.class) != null) {
            channel.pipeline().remove(HeldReads.class);
        }
    }

    /**
     * Ends a channel so that its other end does not take it for a proper end.
     *
     * @param channel which
     */
    public static void cut(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!to.isOpen() || to.isOutputShutdown()) {
            ReferenceCountUtil.release(message);
            return;
        }
        to.write(message, to.voidPromise());
        if (!to.isWritable()) {
            to.flush();
            if (!to.isWritable() && !paused) {
                paused = true;
                from.config().setAutoRead(false);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        to.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            back.resume();
        }
    }

    private void resume() {
        if (paused) {
            paused = false;
            from.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !ended) {
            ended = true;
            to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                passedOn = true;
                if (back.passedOn) {
                    from.close();
                    to.close();
                } else {
                    to.shutdownOutput();
                }
            });
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (to.isOpen()) {
            to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof ClosedChannelException)) {
            cut(from);
            cut(to);
        }
    }
}
