package io.kubetun.kube.portforward;

import io.kubetun.spi.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Real sockets on a given number of event loops. */
final class SocketTransport implements Transport, AutoCloseable {
    private final EventLoopGroup loops;
    private final List<SocketChannel> made = new CopyOnWriteArrayList<>();

    SocketTransport(int count) {
        loops = new MultiThreadIoEventLoopGroup(
                count, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    @Override
    public EventLoopGroup eventLoops() {
        return loops;
    }

    @Override
    public ChannelFactory<? extends SocketChannel> sockets() {
        return () -> {
            SocketChannel socket = Epoll.isAvailable() ? new EpollSocketChannel() : new NioSocketChannel();
            made.add(socket);
            return socket;
        };
    }

    /** How many outgoing connections were tried. */
    int opened() {
        return made.size();
    }

    /** How many outgoing connections there are whose end has not been told to their handlers. */
    long live() {
        return made.stream().filter(Channel::isRegistered).count();
    }

    @Override
    public ChannelFactory<? extends ServerSocketChannel> listeners() {
        return Epoll.isAvailable() ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
