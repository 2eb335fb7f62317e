package io.kubetun.kernel.flow;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what arrives while nobody reads: with auto-read off, epoll still reads up a connection whose peer has sent its
 * FIN, and a mode that is dialling has nowhere to put it. Bytes and FIN wait here, in order, for the next read. What
 * can wait is what the operating system had buffered before the FIN, some megabytes at most. Taken out of the
 * pipeline by what joins the flow.
 */
public final class HeldReads extends ChannelDuplexHandler {
    private final Queue<Object> held = new ArrayDeque<>();
    private boolean asked;

    /** Makes one for one channel, which must come first in its pipeline. */
    public HeldReads() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isWanted(context)) {
            context.fireChannelRead(message);
        } else {
            held.add(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        asked = false;
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !isWanted(context)) {
            held.add(event);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        asked = true;
        handOn(context);
        context.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        handOn(context);
    }

    private boolean isWanted(ChannelHandlerContext context) {
        return held.isEmpty() && (asked || context.channel().config().isAutoRead());
    }

    private void handOn(ChannelHandlerContext context) {
        boolean any = false;
        for (Object next = held.poll(); next != null; next = held.poll()) {
            if (next instanceof ChannelInputShutdownEvent) {
                context.fireChannelReadComplete();
                context.fireUserEventTriggered(next);
            } else {
                any = true;
                context.fireChannelRead(next);
            }
        }
        if (any) {
            context.fireChannelReadComplete();
        }
    }
}
