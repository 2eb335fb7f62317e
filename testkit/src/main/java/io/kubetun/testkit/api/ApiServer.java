package io.kubetun.testkit.api;

import io.kubetun.testkit.link.FaultyLink;
import io.kubetun.testkit.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** The API server's listener on loopback. Thread-safe. */
public final class ApiServer {
    /** A larger request body is answered 413. */
    private static final int BODY_LIMIT = 4 << 20;

    private final Backend backend;
    private final Optional<ServerTls> tls;
    private final EventLoopGroup loops;
    private final Watches watches;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /**
     * Makes it, not yet listening.
     *
     * @param backend what is behind it
     * @param tls to speak TLS with; empty for plain HTTP
     * @param loops to serve on
     */
    public ApiServer(Backend backend, Optional<ServerTls> tls, EventLoopGroup loops) {
        this.backend = backend;
        this.tls = tls;
        this.loops = loops;
        watches = new Watches(backend.store());
    }

    /**
     * Listens on loopback.
     *
     * @param port which port, 0 for a free one
     * @return the port
     * @throws IOException if it is taken
     */
    public int listen(int port) throws IOException {
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(InetAddress.ofLiteral("127.0.0.1"), port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on 127.0.0.1:" + port, bound.cause());
        }
        Channel server = bound.channel();
        channels.add(server);
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private void accept(SocketChannel channel) {
        channels.add(channel);
        channel.pipeline().addLast(FaultyLink.api(backend.faults()));
        tls.ifPresent(server -> channel.pipeline().addLast(server.newHandler()));
        channel.pipeline()
                .addLast(new HttpServerCodec(), new HttpObjectAggregator(BODY_LIMIT), new ApiHandler(backend, watches));
    }

    /** Stops listening and closes all connections. */
    public void stop() {
        channels.close().awaitUninterruptibly();
    }

    /** Forgets the history: all watches end with 410 Gone. */
    public void expireWatches() {
        watches.expire();
    }
}
