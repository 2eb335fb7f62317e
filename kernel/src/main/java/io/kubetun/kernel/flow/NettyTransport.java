package io.kubetun.kernel.flow;

import io.kubetun.spi.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of a session, on epoll where Linux has it and on NIO elsewhere: a mode that blocks a loop blocks its
 * own session only. Threads start with the first channel. Sessions of a kernel share one pool of buffers, which is kept
 * small, so that a further session costs threads and no memory. Safe for use by several threads.
 */
public final class NettyTransport implements Transport, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    private static final int PAGE_SIZE = 8192;

    /** Pages of 8 KiB shifted by 8: chunks of 2 MiB, so that a quiet pool holds little. */
    private static final int MAX_ORDER = 8;

    private static final int SMALL_CACHE = 64;
    private static final int NORMAL_CACHE = 16;

    private static final Duration CLOSE_LIMIT = Duration.ofMillis(500);
    private static final int INTERRUPTS = 20;

    private final boolean epoll;
    private final EventLoopGroup loops;
    private final ByteBufAllocator allocator;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /**
     * Makes loops; their threads start on first use.
     *
     * @param eventLoops how many, 1 or more
     * @param pool where their buffers come from
     */
    public NettyTransport(int eventLoops, ByteBufAllocator pool) {
        this(eventLoops, pool, Epoll.isAvailable());
    }

    NettyTransport(int eventLoops, ByteBufAllocator pool, boolean epoll) {
        this.epoll = epoll;
        this.allocator = pool;
        IoHandlerFactory io = epoll ? new EpollHandlers() : NioIoHandler.newFactory();
        ThreadFactory factory = new DefaultThreadFactory("kubetun-loop", true);
        loops = new MultiThreadIoEventLoopGroup(
                eventLoops,
                loop -> {
                    Thread thread = factory.newThread(loop);
                    threads.add(thread);
                    return thread;
                },
                io);
    }

    /**
     * Makes a pool of buffers, which takes memory as it is used.
     *
     * @param arenas how many loops may take from it at the same time without waiting for each other, 1 or more
     * @return the pool
     */
    public static ByteBufAllocator pool(int arenas) {
        return new PooledByteBufAllocator(true, 0, arenas, PAGE_SIZE, MAX_ORDER, SMALL_CACHE, NORMAL_CACHE, false);
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

    /**
     * Returns how many tasks wait for these loops, all of them together.
     *
     * @return 0 or more
     */
    public long queued() {
        long tasks = 0;
        for (EventExecutor loop : loops) {
            tasks += loop instanceof SingleThreadEventExecutor single ? single.pendingTasks() : 0;
        }
        return tasks;
    }

    /** Says whether these are loops of Linux's epoll, which can take over a socket that someone else opened. */
    boolean isEpoll() {
        return epoll;
    }

    /** Makes one listener of a listening socket, which the listener then owns. */
    ChannelFactory<? extends ServerSocketChannel> listener(int descriptor) {
        return () -> new EpollServerSocketChannel(descriptor);
    }

    /**
     * Makes unbound sockets for datagrams.
     *
     * @return the factory
     */
    public ChannelFactory<? extends DatagramChannel> datagrams() {
        return epoll ? EpollDatagramChannel::new : NioDatagramChannel::new;
    }

    /** Makes one socket for datagrams of a bound one, which the channel then owns. */
    ChannelFactory<? extends DatagramChannel> datagrams(int descriptor) {
        return () -> new EpollDatagramChannel(descriptor);
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /**
     * Ends the loops, and with them what still lives on them; waits up to 500 ms. A loop that something blocks is
     * interrupted then, for up to 500 ms more, and ends when that gives way.
     */
    @Override
    public void close() {
        Future<?> end = loops.shutdownGracefully(0, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        if (end.awaitUninterruptibly(CLOSE_LIMIT.toMillis())) {
            return;
        }
        LOG.warn("an event loop is blocked and does not end: it is interrupted");
        // What waits behind the work that blocks may block too.
        for (int i = 0; i < INTERRUPTS && !end.isDone(); i++) {
            threads.forEach(Thread::interrupt);
            end.awaitUninterruptibly(CLOSE_LIMIT.toMillis() / INTERRUPTS);
        }
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
