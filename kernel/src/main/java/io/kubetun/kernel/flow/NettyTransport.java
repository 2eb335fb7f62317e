package io.kubetun.kernel.flow;

import io.kubetun.spi.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of a kernel, on epoll where Linux has it and on NIO elsewhere, with one buffer pool that is kept small.
 * Threads start with the first channel. Safe for use by several threads.
 */
public final class NettyTransport implements Transport, AutoCloseable {
    private static final int PAGE_SIZE = 8192;

    /** Pages of 8 KiB shifted by 8: chunks of 2 MiB, so that a quiet pool holds little. */
    private static final int MAX_ORDER = 8;

    private static final int SMALL_CACHE = 64;
    private static final int NORMAL_CACHE = 16;

    private static final Duration CLOSE_LIMIT = Duration.ofMillis(500);

    private final boolean epoll;
    private final EventLoopGroup loops;
    private final ByteBufAllocator allocator;

    /**
     * Makes loops; their threads start on first use.
     *
     * @param eventLoops how many, 1 or more
     */
    public NettyTransport(int eventLoops) {
        this(eventLoops, Epoll.isAvailable());
    }

    NettyTransport(int eventLoops, boolean epoll) {
        this.epoll = epoll;
        IoHandlerFactory io = epoll ? new EpollHandlers() : NioIoHandler.newFactory();
        loops = new MultiThreadIoEventLoopGroup(eventLoops, new DefaultThreadFactory("kubetun-loop", true), io);
        allocator =
                new PooledByteBufAllocator(true, 0, eventLoops, PAGE_SIZE, MAX_ORDER, SMALL_CACHE, NORMAL_CACHE, false);
    }

    /**
     * Returns how many loops serve by default on this machine: 2, and up to 4 where there are more cores.
     *
     * @return 2 to 4
     */
    public static int defaultEventLoops() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
    }

    @Override
    public EventLoopGroup eventLoops() {
        return loops;
    }

    @Override
    public ChannelFactory<? extends SocketChannel> sockets() {
        return this::newSocket;
    }

    @Override
    public ChannelFactory<? extends ServerSocketChannel> listeners() {
        return this::newListener;
    }

    /** Says whether these are loops of Linux's epoll, which can take over a socket that someone else opened. */
    boolean isEpoll() {
        return epoll;
    }

    /** Makes one listener of a listening socket, which the listener then owns. */
    ChannelFactory<? extends ServerSocketChannel> listener(int descriptor) {
        return () -> new EpollServerSocketChannel(descriptor);
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /** Ends the loops, and with them what still lives on them; waits up to 500 ms. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_LIMIT.toMillis());
    }

    private SocketChannel newSocket() {
        SocketChannel socket = epoll ? new EpollSocketChannel() : new NioSocketChannel();
        socket.config().setAllocator(allocator);
        return socket;
    }

    private ServerSocketChannel newListener() {
        return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }
}
