package io.kubetun.kernel.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/** Of a connected socket's datagrams only what they carry is of interest. */
final class Payloads extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.fireChannelRead(((DatagramPacket) message).content());
    }
}
