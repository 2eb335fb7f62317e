package io.kubetun.testkit.api;

import io.kubetun.testkit.link.FaultyLink;
import io.kubetun.testkit.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/** The API server's listener on loopback. Its port is its own until it is closed, stopped or not. Thread-safe. */
public final class ApiServer implements AutoCloseable {
    /** A larger request body is answered 413. */
    private static final int BODY_LIMIT = 4 << 20;

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** Bound and never listening: while the server is stopped, nobody's outgoing connection is given its port. */
    private final Socket port = new Socket();

    private final Backend backend;
    private final Optional<ServerTls> tls;
    private final EventLoopGroup loops;
    private final Watches watches;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /**
     * Makes it, not yet listening.
     *
     * @param port which port, 0 for a free one
     * @param backend what is behind it
     * @param tls to speak TLS with; empty for plain HTTP
     * @param loops to serve on
     * @throws IOException if the port is taken
     */
    public ApiServer(int port, Backend backend, Optional<ServerTls> tls, EventLoopGroup loops) throws IOException {
        try {
            this.port.setReuseAddress(true);
            this.port.bind(new InetSocketAddress(LOOPBACK, port));
        } catch (IOException taken) {
            this.port.close();
            throw new IOException("cannot listen on 127.0.0.1:" + port, taken);
        }
        this.backend = backend;
        this.tls = tls;
        this.loops = loops;
        watches = new Watches(backend.store());
    }

    /**
     * Listens on loopback.
     *
     * @throws IOException if it does already
     */
    public void listen() throws IOException {
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
                .bind(LOOPBACK, port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on 127.0.0.1:" + port(), bound.cause());
        }
        channels.add(bound.channel());
    }

    /**
     * Returns the port.
     *
     * @return the port
     */
    public int port() {
        return port.getLocalPort();
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

    /** Stops, and gives the port away. */
    @Override
    public void close() {
        stop();
        try {
            port.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
