package io.kubetun.plugin.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Answers the questions of one TCP connection, in the order in which the answers are there. A frame of no bytes is no
 * question and ends the connection.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7766">RFC 7766: DNS over TCP</a>
 */
final class TcpQuestions extends SimpleChannelInboundHandler<ByteBuf> {
    private final Responder responder;
    private final int pipelined;
    private int waiting;
    private boolean lastAsked;

    TcpQuestions(Responder responder, int pipelined) {
        this.responder = responder;
        this.pipelined = pipelined;
    }

    /**
     * Makes what is added to each accepted connection.
     *
     * @param responder answers
     * @param limits of a connection
     * @param free how many more connections there may be
     */
    static ChannelHandler connections(Responder responder, Limits limits, Semaphore free) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel client) {
                if (!free.tryAcquire()) {
                    client.close();
                    return;
                }
                client.closeFuture().addListener(end -> free.release());
                client.pipeline()
                        .addLast(
                                new IdleStateHandler(0, 0, limits.idle().toMillis(), TimeUnit.MILLISECONDS),
                                new MessageFrames(),
                                new FlowControlHandler(),
                                new TcpQuestions(responder, limits.pipelined()));
            }
        };
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        if (!frame.isReadable()) {
            context.close();
            return;
        }
        waiting++;
        context.channel().config().setAutoRead(waiting < pipelined);
        responder
                .answer(ByteBufUtil.getBytes(frame), false)
                .thenAccept(answer -> context.executor().execute(() -> answered(context, answer)));
    }

    private void answered(ChannelHandlerContext context, Optional<byte[]> answer) {
        if (answer.isEmpty()) {
            context.close();
            return;
        }
        // One that does not read its answers is not read from either.
        context.writeAndFlush(Unpooled.wrappedBuffer(answer.get())).addListener(sent -> {
            waiting--;
            context.channel().config().setAutoRead(waiting < pipelined);
            endIfDone(context);
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else if (event instanceof ChannelInputShutdownEvent) {
            lastAsked = true;
            endIfDone(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void endIfDone(ChannelHandlerContext context) {
        if (lastAsked && waiting == 0) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
