package io.kubetun.kernel.agent;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Reads lines until the conversation is done, and not a byte further: the rest is handed on. Used on its loop only. */
final class HandshakeLines extends ChannelInboundHandlerAdapter {
    private static final int MAX_LINE = 512;

    private final Conversation conversation;
    private final Promise<Channel> promise;
    private final Duration limit;
    private final String other;
    private final ByteBuf line = Unpooled.buffer(MAX_LINE, MAX_LINE);
    private ChannelHandlerContext context;
    private Future<?> timer;
    private boolean begun;

    /** What is said. */
    interface Conversation {
        /** The connection is there. */
        default void begun(HandshakeLines lines) {}

        /** A line has come. */
        void line(HandshakeLines lines, String line) throws DialException;
    }

    HandshakeLines(Conversation conversation, Promise<Channel> promise, Duration limit, String other) {
        this.conversation = conversation;
        this.promise = promise;
        this.limit = limit;
        this.other = other;
    }

    void say(String text) {
        context.writeAndFlush(Unpooled.copiedBuffer(text + "\n", StandardCharsets.US_ASCII));
    }

    /** The conversation has come to its good end. */
    void done() {
        promise.trySuccess(context.channel());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        timer = added.executor()
                .schedule(
                        () -> fail(new DialException(
                                Reason.TIMED_OUT,
                                other + " said nothing that is a whole line for " + limit.toMillis() + " ms")),
                        limit.toMillis(),
                        TimeUnit.MILLISECONDS);
        if (added.channel().isActive()) {
            begin();
        } else if (!added.channel().isOpen()) {
            fail(gone());
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        begin();
        active.fireChannelActive();
    }

    /** Once: a channel that was just accepted is active before it says so. */
    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        conversation.begun(this);
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext read, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !promise.isDone()) {
                byte next = bytes.readByte();
                if (next == '\n') {
                    String text = line.toString(StandardCharsets.US_ASCII);
                    line.clear();
                    conversation.line(this, text);
                } else if (line.isWritable()) {
                    line.writeByte(next);
                } else {
                    throw new DialException(
                            Reason.UNREACHABLE, other + " sent no line but " + ByteBufUtil.hexDump(line, 0, 8) + "...");
                }
            }
        } catch (DialException e) {
            fail(e);
        }
        if (promise.isSuccess()) {
            // The rest, and all that is read in this turn, goes to whoever holds it.
            if (bytes.isReadable()) {
                read.fireChannelRead(bytes);
                return;
            }
        }
        ReferenceCountUtil.release(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext read) {
        read.fireChannelReadComplete();
        if (promise.isSuccess()) {
            end();
            read.pipeline().remove(this);
        } else if (!promise.isDone()) {
            read.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext event, Object what) {
        if (what instanceof ChannelInputShutdownEvent && !promise.isDone()) {
            fail(gone());
        } else {
            event.fireUserEventTriggered(what);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        fail(gone());
        inactive.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        fail(new DialException(Reason.UNREACHABLE, other + " is gone: " + cause.getMessage(), cause));
    }

    private DialException gone() {
        return new DialException(Reason.UNREACHABLE, other + " has ended the connection");
    }

    private void fail(DialException why) {
        if (promise.tryFailure(why)) {
            end();
            // After what was said last.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void end() {
        timer.cancel(false);
        line.release();
    }
}
