package io.kubetun.plugin.dns;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The cluster's own name server, asked through the cluster: each question on a channel of its own, by UDP where that gets
 * there and the client came by it. Never blocks; thread-safe.
 *
 * @param session the way there
 * @param patience how long it may take
 */
record ClusterServer(SessionContext session, Duration patience) {
    /** Asks; fails if it cannot be reached, or says nothing. */
    CompletionStage<byte[]> ask(Target.Address server, byte[] question, boolean udp) {
        EventLoop loop = session.flows().eventLoops().next();
        Dialer dialer = session.dialer();
        boolean datagrams = udp && !dialer.tcpOnly();
        CompletableFuture<byte[]> said = new CompletableFuture<>();
        Future<?> late = loop.schedule(
                () -> said.completeExceptionally(new SocketTimeoutException("no answer in time")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
        said.whenComplete((answer, failure) -> late.cancel(false));
        Future<Channel> dialled = datagrams ? dialer.dialDatagrams(server, loop) : dialer.dial(server, loop);
        dialled.addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                said.completeExceptionally(done.cause());
                return;
            }
            Channel channel = done.getNow();
            said.whenComplete((answer, failure) -> channel.close());
            ask(channel, datagrams, question, said);
        });
        return said;
    }

    private static void ask(Channel channel, boolean datagrams, byte[] question, CompletableFuture<byte[]> said) {
        if (!datagrams) {
            channel.pipeline().addLast(new MessageFrames());
        }
        channel.pipeline().addLast(new OneAnswer(said));
        channel.writeAndFlush(Unpooled.wrappedBuffer(question));
        channel.config().setAutoRead(true);
    }

    private static final class OneAnswer extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<byte[]> said;

        OneAnswer(CompletableFuture<byte[]> said) {
            this.said = said;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
            said.complete(ByteBufUtil.getBytes(answer));
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                channelInactive(context);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            said.completeExceptionally(new SocketException("it has no answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            said.completeExceptionally(cause);
        }
    }
}
