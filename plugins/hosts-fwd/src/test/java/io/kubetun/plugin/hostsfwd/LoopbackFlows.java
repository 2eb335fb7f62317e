package io.kubetun.plugin.hostsfwd;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Listeners and splices on Netty, as small as they can be. */
final class LoopbackFlows implements Flows {
    final Set<InetSocketAddress> open = ConcurrentHashMap.newKeySet();
    final Set<Integer> forbidden = ConcurrentHashMap.newKeySet();
    private final EventLoopGroup loops;

    LoopbackFlows(EventLoopGroup loops) {
        this.loops = loops;
    }

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException {
        if (forbidden.contains(address.getPort())) {
            throw new KubetunException(
                    ErrorCode.NEEDS_ROOT, "cannot listen on " + address, "it wants root", "sudo kubetun forward");
        }
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(initializer)
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new KubetunException(
                    ErrorCode.PORT_IN_USE,
                    "cannot listen on " + address,
                    "another program has it",
                    "Stop it",
                    bound.cause());
        }
        Channel channel = bound.channel();
        open.add(address);
        return new FlowListener() {
            @Override
            public InetSocketAddress address() {
                return address;
            }

            @Override
            public void close() {
                open.remove(address);
                channel.close().awaitUninterruptibly();
            }
        };
    }

    @Override
    public void join(Channel client, Channel remote, Target target) {
        client.pipeline().addLast(new Relay(remote));
        remote.pipeline().addLast(new Relay(client));
        client.config().setAutoRead(true);
        remote.config().setAutoRead(true);
    }

    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Relay(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            other.writeAndFlush(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
