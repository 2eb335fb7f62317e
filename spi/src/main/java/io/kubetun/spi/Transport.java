package io.kubetun.spi;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

/** The event loops of a session and the kind of sockets that run on them (epoll, or NIO elsewhere). */
public interface Transport {
    /**
     * Returns the loops. Nothing that runs on them may block.
     *
     * @return a group of a fixed, small number of loops
     */
    EventLoopGroup eventLoops();

    /**
     * Makes unconnected sockets for these loops.
     *
     * @return the factory
     */
    ChannelFactory<? extends SocketChannel> sockets();

    /**
     * Makes unbound listening sockets for these loops.
     *
     * @return the factory
     */
    ChannelFactory<? extends ServerSocketChannel> listeners();
}
