package io.kubetun.testkit.runtime;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/** A served port of a pod: a loopback socket, opened when it is first dialled. */
sealed interface PodPort {
    /**
     * Returns where it listens.
     *
     * @param loops to serve on
     * @param channels where its channels are kept, to be closed with the pod
     * @return the address
     */
    Future<InetSocketAddress> address(EventLoopGroup loops, ChannelGroup channels);

    /** A server that was there before. */
    record Elsewhere(InetSocketAddress server) implements PodPort {
        @Override
        public Future<InetSocketAddress> address(EventLoopGroup loops, ChannelGroup channels) {
            return loops.next().newSucceededFuture(server);
        }
    }

    /** One that the testkit serves. */
    final class Served implements PodPort {
        private final Consumer<SocketChannel> initializer;
        private Optional<Future<InetSocketAddress>> bound = Optional.empty();

        Served(Consumer<SocketChannel> initializer) {
            this.initializer = initializer;
        }

        @Override
        public synchronized Future<InetSocketAddress> address(EventLoopGroup loops, ChannelGroup channels) {
            if (bound.isEmpty()) {
                bound = Optional.of(bind(loops, channels));
            }
            return bound.get();
        }

        private Future<InetSocketAddress> bind(EventLoopGroup loops, ChannelGroup channels) {
            Promise<InetSocketAddress> address = loops.next().newPromise();
            new ServerBootstrap()
                    .group(loops)
                    .channel(NioServerSocketChannel.class)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channels.add(channel);
                            initializer.accept(channel);
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .addListener((ChannelFuture future) -> {
                        if (future.isSuccess()) {
                            Channel server = future.channel();
                            channels.add(server);
                            address.setSuccess((InetSocketAddress) server.localAddress());
                        } else {
                            address.setFailure(future.cause());
                        }
                    });
            return address;
        }
    }
}
