package io.kubetun.kernel.flow;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Host;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;

/** Opens listening sockets: directly, or through the helper where the user may not. */
final class ListenerOpener {
    /** Connections that the operating system keeps for us until they are accepted; it may lower this. */
    private static final int BACKLOG = 4096;

    /** Reads grow from 4 KiB to 256 KiB as long as they are filled. */
    private static final int SMALLEST_READ = 2048;

    private static final int FIRST_READ = 4096;
    private static final int LARGEST_READ = 256 * 1024;

    private static final int LARGEST_DATAGRAM = 4096;
    private static final int LARGEST_OUTSIDE = 65_535;

    /** After which time without a datagram a UDP flow to the outside is over. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    /** Reads of one flow before the next one on the loop has its turn. */
    private static final int READS_PER_TURN = 4;

    /** Unsent bytes of one flow at which its source is paused, and at which it goes on. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(128 * 1024, 512 * 1024);

    private final NettyTransport transport;
    private final Host host;

    ListenerOpener(NettyTransport transport, Host host) {
        this.transport = transport;
        this.host = host;
    }

    EventLoopGroup eventLoops() {
        return transport.eventLoops();
    }

    /** Makes a way out of the session's own network. */
    OutsideDialer outside(FlowLimit limit) {
        return outside(limit, QUIET);
    }

    OutsideDialer outside(FlowLimit limit, Duration quiet) {
        return new OutsideDialer(this::outgoing, this::outgoingDatagrams, limit, quiet);
    }

    private Bootstrap outgoingDatagrams(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(transport.datagrams())
                .option(ChannelOption.ALLOCATOR, transport.allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_OUTSIDE))
                .option(ChannelOption.AUTO_READ, false);
    }

    private Bootstrap outgoing(EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(transport.sockets())
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false);
    }

    private static RecvByteBufAllocator reads() {
        return new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ)
                .maxMessagesPerRead(READS_PER_TURN);
    }

    Channel open(InetSocketAddress address, EventLoopGroup loops, ChannelHandler connections) throws KubetunException {
        requireResolved(address);
        if (host.ownNetwork()) {
            return takeOver(address, loops, connections);
        }
        ChannelFuture bound = bootstrap(transport.listeners(), loops, connections)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .bind(address)
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        if (isForbidden(bound.cause())) {
            return takeOver(address, loops, connections);
        }
        throw failure(address, bound.cause(), "ss -ltnp");
    }

    Channel openDatagrams(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        requireResolved(address);
        if (host.ownNetwork()) {
            return takeOver(address, handler);
        }
        ChannelFuture bound =
                datagrams(transport.datagrams(), handler).bind(address).awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        if (isForbidden(bound.cause())) {
            return takeOver(address, handler);
        }
        throw failure(address, bound.cause(), "ss -lunp");
    }

    /** Lets the helper open the socket for datagrams, and receives on it from here. */
    private Channel takeOver(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        requireEpoll(address);
        ChannelFuture registered = datagrams(transport.datagrams(host.datagramSocket(address)), handler)
                .register()
                .awaitUninterruptibly();
        if (registered.isSuccess()) {
            return registered.channel();
        }
        throw failure(address, registered.cause(), "ss -lunp");
    }

    private Bootstrap datagrams(ChannelFactory<? extends DatagramChannel> socket, ChannelHandler handler) {
        return new Bootstrap()
                .group(transport.eventLoops())
                .channelFactory(socket)
                .option(ChannelOption.ALLOCATOR, transport.allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM))
                .handler(handler);
    }

    private static void requireResolved(InetSocketAddress address) throws KubetunException {
        if (address.isUnresolved()) {
            throw new KubetunException(
                    ErrorCode.LISTEN_FAILED,
                    "cannot listen on " + address.getHostString(),
                    "the name has no address",
                    "Write an address: 127.0.0.1:" + address.getPort());
        }
    }

    /** Lets the helper open the socket, and accepts on it from here. */
    Channel takeOver(InetSocketAddress address, EventLoopGroup loops, ChannelHandler connections)
            throws KubetunException {
        requireEpoll(address);
        ChannelFactory<? extends ServerSocketChannel> listener = transport.listener(host.listeningSocket(address));
        ChannelFuture registered =
                bootstrap(listener, loops, connections).register().awaitUninterruptibly();
        if (registered.isSuccess()) {
            return registered.channel();
        }
        throw failure(address, registered.cause(), "ss -ltnp");
    }

    private void requireEpoll(InetSocketAddress address) throws KubetunException {
        if (!transport.isEpoll()) {
            throw new KubetunException(
                    ErrorCode.LISTEN_FAILED,
                    "cannot listen on " + text(address),
                    "this system cannot take over a socket that the helper opened",
                    "Choose a port from 1024 up.");
        }
    }

    private ServerBootstrap bootstrap(
            ChannelFactory<? extends ServerSocketChannel> listener, EventLoopGroup loops, ChannelHandler connections) {
        return new ServerBootstrap()
                .group(transport.eventLoops(), loops)
                .channelFactory(listener)
                .childOption(ChannelOption.ALLOCATOR, transport.allocator())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, reads())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(connections);
    }

    private static boolean isForbidden(Throwable cause) {
        return says(cause, "permission denied");
    }

    private static KubetunException failure(InetSocketAddress address, Throwable cause, String tool) {
        String what = "cannot listen on " + text(address);
        if (says(cause, "address already in use")) {
            return new KubetunException(
                    ErrorCode.PORT_IN_USE,
                    what,
                    "another process has the port",
                    "See which one: " + tool + " 'sport = :" + address.getPort() + "'; end it, or choose another port.",
                    cause);
        }
        if (says(cause, "cannot assign requested address")) {
            return new KubetunException(
                    ErrorCode.LISTEN_FAILED,
                    what,
                    "no interface of this machine has that address",
                    "See which ones there are: ip -brief address",
                    cause);
        }
        return new KubetunException(
                ErrorCode.LISTEN_FAILED, what, String.valueOf(cause.getMessage()), "Choose another address.", cause);
    }

    /** The text of the error is all that epoll's and the JDK's sockets have in common. */
    private static boolean says(Throwable cause, String error) {
        return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains(error);
    }

    private static String text(InetSocketAddress address) {
        String ip = address.getAddress().getHostAddress();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + address.getPort();
    }
}
