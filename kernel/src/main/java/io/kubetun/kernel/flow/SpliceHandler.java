package io.kubetun.kernel.flow;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One direction of a {@link Splice}: the end of the pipeline of the channel that it reads. */
final class SpliceHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SpliceHandler.class);

    private final Splice flow;
    private final DuplexChannel from;
    private final DuplexChannel to;
    private final LongConsumer count;
    private long bytes;
    private boolean finished;
    private boolean passedOn;
    private boolean paused;

    SpliceHandler(Splice flow, DuplexChannel from, DuplexChannel to, LongConsumer count) {
        this.flow = flow;
        this.from = from;
        this.to = to;
        this.count = count;
    }

    void start() {
        if (from.isInputShutdown()) {
            flow.finished(this);
        } else {
            from.config().setAutoRead(true);
        }
    }

    DuplexChannel to() {
        return to;
    }

    long bytes() {
        return bytes;
    }

    boolean isFinished() {
        return finished;
    }

    void markFinished() {
        finished = true;
    }

    boolean isPassedOn() {
        return passedOn;
    }

    void markPassedOn() {
        passedOn = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (flow.hasEnded() || !to.isOpen() || to.isOutputShutdown()) {
            ReferenceCountUtil.release(message);
            return;
        }
        int length = ((ByteBuf) message).readableBytes();
        bytes += length;
        count.accept(length);
        to.write(message, to.voidPromise());
        // Above the mark without a flush means only that much was read in one turn; above it after one, a slow reader.
        if (!to.isWritable()) {
            to.flush();
            pauseIfFull();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        to.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            flow.opposite(this).resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            flow.finished(this);
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        flow.gone(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A write that came after the close: what the close means is told by the events around it.
        if (!(cause instanceof ClosedChannelException)) {
            LOG.debug("flow cut at {}", from, cause);
            flow.cut();
        }
    }

    private void pauseIfFull() {
        if (!paused && !to.isWritable()) {
            paused = true;
            from.config().setAutoRead(false);
        }
    }

    private void resume() {
        if (paused) {
            paused = false;
            from.config().setAutoRead(true);
        }
    }
}
