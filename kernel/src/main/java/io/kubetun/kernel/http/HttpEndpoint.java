package io.kubetun.kernel.http;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A small HTTP server for GETs: on loopback, unless it is said otherwise. Thread-safe. */
public final class HttpEndpoint implements AutoCloseable {
    /** Connections at the same time; the next one is closed. */
    static final int MAX_CONNECTIONS = 32;

    /** Bytes of a request's body; there is no use for one. */
    private static final int MAX_BODY = 1024;

    /** How long a client may take to ask, or to ask again. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Channel server;
    private final NettyTransport transport;

    private HttpEndpoint(Channel server, NettyTransport transport) {
        this.server = server;
        this.transport = transport;
    }

    /**
     * Listens.
     *
     * @param address where; port 0 for any
     * @param anywhere whether the address may be another than one of loopback
     * @param transport its event loop, closed with it
     * @param pages what is served
     * @return the listening server
     * @throws KubetunException if it may not or cannot listen there
     */
    public static HttpEndpoint open(InetSocketAddress address, boolean anywhere, NettyTransport transport, Pages pages)
            throws KubetunException {
        if (address.isUnresolved() || (!anywhere && !address.getAddress().isLoopbackAddress())) {
            transport.close();
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot serve HTTP on " + address.getHostString() + ":" + address.getPort(),
                    "it is no address of loopback, and others could reach it",
                    "Use 127.0.0.1:" + address.getPort() + ", or kubetun serve with --http-any");
        }
        AtomicInteger open = new AtomicInteger();
        try {
            Channel server = new ServerBootstrap()
                    .group(transport.eventLoops())
                    .channelFactory(transport.listeners())
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel client) {
                            client.closeFuture().addListener(end -> open.decrementAndGet());
                            if (open.incrementAndGet() > MAX_CONNECTIONS) {
                                client.close();
                                return;
                            }
                            client.pipeline()
                                    .addLast(new ReadTimeoutHandler(IDLE.toMillis(), TimeUnit.MILLISECONDS))
                                    .addLast(new HttpServerCodec())
                                    .addLast(new HttpObjectAggregator(MAX_BODY))
                                    .addLast(new PageHandler(pages, !anywhere));
                        }
                    })
                    .bind(address)
                    .sync()
                    .channel();
            return new HttpEndpoint(server, transport);
        } catch (InterruptedException e) {
            transport.close();
            Thread.currentThread().interrupt();
            throw new KubetunException(ErrorCode.INTERRUPTED, "cannot serve HTTP", "interrupted", "Try again", e);
        } catch (Exception e) {
            transport.close();
            throw new KubetunException(
                    e instanceof BindException ? ErrorCode.PORT_IN_USE : ErrorCode.LISTEN_FAILED,
                    "cannot serve HTTP on " + address.getHostString() + ":" + address.getPort(),
                    String.valueOf(e.getMessage()),
                    "See who listens there: ss -ltnp 'sport = :" + address.getPort() + "'",
                    e);
        }
    }

    /**
     * Returns where it listens.
     *
     * @return address and port
     */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /** Stops listening and hangs up. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly(100);
        transport.close();
    }
}
