package io.kubetun.plugin.dns;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;

/** Answers datagrams, in the order in which the answers are there. Keeps nothing of a socket. */
@Sharable
final class UdpQuestions extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Responder responder;

    UdpQuestions(Responder responder) {
        this.responder = responder;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        responder
                .answer(ByteBufUtil.getBytes(packet.content()), true)
                .thenAccept(answer -> answer.ifPresent(bytes ->
                        context.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(bytes), packet.sender()))));
    }

    /** A client that has gone before its answer (ICMP tells) is no trouble of the others. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
}
