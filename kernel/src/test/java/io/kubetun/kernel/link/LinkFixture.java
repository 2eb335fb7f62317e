package io.kubetun.kernel.link;

import io.kubetun.kernel.flow.HeldReads;
import io.kubetun.kernel.flow.NettyTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A gateway on loopback, a pool of links to it, a target that flows lead to and a way in from plain sockets. */
final class LinkFixture implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    final NettyTransport near = new NettyTransport(1, NettyTransport.pool(1));
    final NettyTransport far = new NettyTransport(1, NettyTransport.pool(1));
    final List<Channel> connections = new CopyOnWriteArrayList<>();
    final List<Channel> dialled = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    final SocketEgress egress = new SocketEgress(far, address -> true);
    final LinkServer server;
    volatile LinkServer accepting;
    volatile boolean deaf;
    final LinkPool pool;
    final ServerSocket target;
    final Channel listener;
    private final Channel entrance;
    volatile InetSocketAddress destination;
    volatile boolean reachable = true;

    LinkFixture(LinkSettings settings) throws IOException {
        this(settings, Duration.ofSeconds(60));
    }

    LinkFixture(LinkSettings settings, Duration datagramsIdle) throws IOException {
        this(settings, settings, datagramsIdle);
    }

    LinkFixture(LinkSettings ofServer, LinkSettings settings, Duration datagramsIdle) throws IOException {
        server = new LinkServer(egress, ofServer, datagramsIdle);
        accepting = server;
        listener = new ServerBootstrap()
                .group(far.eventLoops())
                .channelFactory(far.listeners())
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        connections.add(accepted);
                        if (deaf) {
                            accepted.close();
                        } else {
                            accepting.accept(accepted);
                        }
                    }
                })
                .bind(LOOPBACK, 0)
                .syncUninterruptibly()
                .channel();
        pool = new LinkPool(near.eventLoops(), this::way, settings, new LinkPool.Observer() {
            @Override
            public void lost(String why) {
                told.add("lost: " + why);
            }

            @Override
            public void restored() {
                told.add("restored");
            }
        });
        target = new ServerSocket(0, 2000, LOOPBACK);
        destination = new InetSocketAddress(LOOPBACK, target.getLocalPort());
        entrance = new ServerBootstrap()
                .group(near.eventLoops())
                .channelFactory(near.listeners())
                .option(ChannelOption.SO_BACKLOG, 2000)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accepted.pipeline().addLast(new HeldReads(), new Entrance());
                    }
                })
                .bind(LOOPBACK, 0)
                .syncUninterruptibly()
                .channel();
    }

    Future<Channel> way(EventLoop loop) {
        Promise<Channel> opened = loop.newPromise();
        if (!reachable) {
            return opened.setFailure(new IOException("no way"));
        }
        new Bootstrap()
                .group(loop)
                .channelFactory(near.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(listener.localAddress())
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        dialled.add(done.channel());
                        opened.setSuccess(done.channel());
                    } else {
                        opened.setFailure(done.cause());
                    }
                });
        return opened;
    }

    /** A flow without a socket before it. */
    Channel flow() throws Exception {
        return pool.connect(destination, loop()).get(10, TimeUnit.SECONDS);
    }

    EventLoop loop() {
        return (EventLoop) near.eventLoops().iterator().next();
    }

    Socket connect() throws IOException {
        InetSocketAddress at = (InetSocketAddress) entrance.localAddress();
        Socket socket = new Socket(at.getAddress(), at.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    Socket accept() throws IOException {
        target.setSoTimeout(10_000);
        Socket socket = target.accept();
        socket.setSoTimeout(30_000);
        return socket;
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        pool.close();
        server.close();
        listener.close().awaitUninterruptibly();
        egress.close();
        near.close();
        far.close();
        target.close();
    }

    /** Joins each connection with a flow, as a front-end does. */
    private final class Entrance extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            pool.connect(destination, context.channel().eventLoop()).addListener((Future<Channel> done) -> {
                if (done.isSuccess()) {
                    Relay.join((DuplexChannel) context.channel(), (DuplexChannel) done.getNow());
                } else {
                    Relay.cut(context.channel());
                }
            });
        }
    }
}
