package io.kubetun.kube.effect;

import io.kubetun.spi.Transport;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * One event loop for who has no session's.
 *
 * @param eventLoops of one thread
 */
record OwnLoops(EventLoopGroup eventLoops) implements Transport {
    OwnLoops() {
        this(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
    }

    @Override
    public ChannelFactory<? extends SocketChannel> sockets() {
        return NioSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerSocketChannel> listeners() {
        return NioServerSocketChannel::new;
    }
}
