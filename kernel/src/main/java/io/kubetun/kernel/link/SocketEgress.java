package io.kubetun.kernel.link;

import io.kubetun.kernel.flow.HeldReads;
import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sockets of this machine, or pod: the way on at a gateway. Names are looked up where it runs. Who opened a flow beyond
 * the link makes no difference.
 */
public final class SocketEgress implements Egress, AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    /** Addresses of one name that are tried, one after the other. */
    private static final int TRIED = 4;

    /** The largest datagram. */
    private static final int DATAGRAM = 65_535;

    /** Datagrams read before the loop turns to others: what one turn brings goes on together. */
    private static final int DATAGRAMS_A_TURN = 64;

    /** Bytes of datagrams that wait for the loop, as far as the node allows; the next one is lost. */
    private static final int DATAGRAM_QUEUE = 1 << 20;

    private final NettyTransport transport;
    private final Predicate<InetAddress> allowed;
    private final NameLookup names = new NameLookup();
    private final EchoSockets echoes = new EchoSockets();

    /**
     * Makes it; nothing is opened yet.
     *
     * @param transport makes the sockets
     * @param allowed which addresses may be dialled; others are refused as {@link Reason#FORBIDDEN}
     */
    public SocketEgress(NettyTransport transport, Predicate<InetAddress> allowed) {
        this.transport = transport;
        this.allowed = allowed;
    }

    /**
     * Says whether an address can be one of a cluster: not this pod itself, nor its node's link, where clouds hand out
     * credentials.
     *
     * @param address any
     * @return whether it may be dialled from a gateway
     */
    public static boolean isOfCluster(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isAnyLocalAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress();
    }

    @Override
    public Future<Channel> connect(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop) {
        return dial(to, loop, (address, promise) -> tcp(address, loop, promise));
    }

    @Override
    public Future<Channel> connectDatagrams(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop) {
        return dial(to, loop, (address, promise) -> udp(address, loop, promise));
    }

    @Override
    public Future<Boolean> echo(InetAddress to, int size, EventLoop loop) {
        return allowed.test(to) ? echoes.ask(to, size, loop) : loop.newFailedFuture(forbidden(to.getHostAddress()));
    }

    @Override
    public void close() {
        names.close();
        echoes.close();
    }

    @FunctionalInterface
    private interface Attempt {
        void to(InetSocketAddress address, Promise<Channel> promise);
    }

    private Future<Channel> dial(InetSocketAddress to, EventLoop loop, Attempt attempt) {
        Promise<Channel> dialled = loop.newPromise();
        if (!to.isUnresolved()) {
            each(List.of(to.getAddress()), to, loop, attempt, dialled);
            return dialled;
        }
        names.addresses(to.getHostString(), loop).addListener((Future<List<InetAddress>> found) -> {
            if (found.isSuccess()) {
                each(found.getNow(), to, loop, attempt, dialled);
            } else {
                dialled.tryFailure(found.cause());
            }
        });
        return dialled;
    }

    /** Tries addresses until one answers. */
    private void each(
            List<InetAddress> addresses,
            InetSocketAddress to,
            EventLoop loop,
            Attempt attempt,
            Promise<Channel> dialled) {
        InetAddress first = addresses.getFirst();
        List<InetAddress> others = addresses.subList(1, Math.min(addresses.size(), TRIED));
        Consumer<Throwable> failed = why -> {
            if (others.isEmpty()) {
                dialled.tryFailure(why);
            } else {
                each(others, to, loop, attempt, dialled);
            }
        };
        if (!allowed.test(first)) {
            failed.accept(forbidden(first.getHostAddress()));
            return;
        }
        Promise<Channel> one = loop.newPromise();
        one.addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                failed.accept(done.cause());
            } else if (!dialled.trySuccess(done.getNow())) {
                done.getNow().close();
            }
        });
        attempt.to(new InetSocketAddress(first, to.getPort()), one);
    }

    private void tcp(InetSocketAddress to, EventLoop loop, Promise<Channel> dialled) {
        connect(
                new Bootstrap()
                        .group(loop)
                        .channelFactory(transport.sockets())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .handler(new HeldReads()),
                to,
                dialled);
    }

    private void udp(InetSocketAddress to, EventLoop loop, Promise<Channel> dialled) {
        connect(
                new Bootstrap()
                        .group(loop)
                        .channelFactory(transport.datagrams())
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.SO_RCVBUF, DATAGRAM_QUEUE)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(DATAGRAM).maxMessagesPerRead(DATAGRAMS_A_TURN))
                        .handler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel socket) {
                                socket.pipeline().addLast(new Payloads());
                                Segmentation.addTo(socket, to);
                            }
                        }),
                to,
                dialled);
    }

    private static void connect(Bootstrap bootstrap, InetSocketAddress to, Promise<Channel> dialled) {
        bootstrap.connect(to).addListener((ChannelFuture connected) -> {
            if (!connected.isSuccess()) {
                dialled.tryFailure(failure(to, connected.cause()));
            } else if (!dialled.trySuccess(connected.channel())) {
                connected.channel().close();
            }
        });
    }

    private static DialException failure(InetSocketAddress to, Throwable cause) {
        String where = to.getAddress().getHostAddress() + ":" + to.getPort();
        String why = String.valueOf(cause.getMessage());
        if (cause instanceof ConnectTimeoutException || why.contains("timed out")) {
            return new DialException(Reason.TIMED_OUT, where + " does not answer", cause);
        }
        if (why.contains("refused")) {
            return new DialException(Reason.REFUSED, where + " refused the connection", cause);
        }
        return new DialException(Reason.UNREACHABLE, where + " cannot be reached: " + why, cause);
    }

    private static DialException forbidden(String address) {
        return new DialException(Reason.FORBIDDEN, address + " is no address of the cluster");
    }
}
