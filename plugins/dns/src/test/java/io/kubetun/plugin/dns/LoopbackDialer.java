package io.kubetun.plugin.dns;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A cluster whose every address is this machine, at one port. */
record LoopbackDialer(int port, boolean tcpOnly) implements Dialer {
    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        return opened(
                loop,
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {}
                        })
                        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return opened(
                loop,
                new Bootstrap()
                        .group(loop)
                        .channel(NioDatagramChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(new Content())
                        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private static Future<Channel> opened(EventLoop loop, ChannelFuture connected) {
        Promise<Channel> opened = loop.newPromise();
        connected.addListener(done -> {
            if (done.isSuccess()) {
                opened.setSuccess(connected.channel());
            } else {
                opened.setFailure(new DialException(Reason.REFUSED, "refused", done.cause()));
            }
        });
        return opened;
    }

    private static final class Content extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            ByteBuf content = packet.content().retain();
            context.fireChannelRead(content);
        }
    }
}
