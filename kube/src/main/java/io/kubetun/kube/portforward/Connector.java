package io.kubetun.kube.portforward;

import io.kubetun.spi.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLParameters;

/** Opens TCP and TLS to the API server, through a proxy if there is one. Thread-safe. */
final class Connector {
    /** How long TCP may take: the lost first packets are sent again after 1 s, so this gives two. */
    static final int CONNECT_MILLIS = 3_000;
    /** How long the TLS handshake may take. */
    static final int HANDSHAKE_MILLIS = 10_000;

    /** Bytes taken from the socket by one read: 64 KiB at first and at least, so that a bulk flow needs few calls. */
    private static final AdaptiveRecvByteBufAllocator READS =
            new AdaptiveRecvByteBufAllocator(64 << 10, 64 << 10, 128 << 10);

    /** What may wait unsent before flows are told to pause. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final ApiServer server;
    private final Transport transport;

    Connector(ApiServer server, Transport transport) {
        this.server = server;
        this.transport = transport;
    }

    /**
     * Resolves the name of whatever is connected to first. Blocks, unless it is a literal.
     *
     * @return the address of the proxy or the server
     * @throws IOException if the name is unknown
     */
    InetSocketAddress resolve() throws IOException {
        Optional<URI> proxy = server.proxy();
        URI first = proxy.orElse(server.base());
        return new InetSocketAddress(InetAddress.getByName(host(first)), port(first));
    }

    /**
     * Connects.
     *
     * @param loop the event loop of the connection
     * @param first what {@link #resolve} found
     * @param last the last handler
     * @return the connected channel; TLS may still be under way
     */
    Future<Void> connect(EventLoop loop, InetSocketAddress first, ChannelHandler last) {
        URI base = server.base();
        InetSocketAddress target =
                server.proxy().isPresent() ? InetSocketAddress.createUnresolved(host(base), port(base)) : first;
        return new Bootstrap()
                .group(loop)
                .channelFactory(transport.sockets())
                .disableResolver()
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, READS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) throws IOException {
                        ChannelPipeline pipeline = channel.pipeline();
                        if (server.proxy().isPresent()) {
                            addProxy(channel, server.proxy().get(), first);
                        }
                        server.tls().ifPresent(tls -> pipeline.addLast(tls(channel, tls)));
                        pipeline.addLast(last);
                    }
                })
                .connect(target);
    }

    private SslHandler tls(Channel channel, SslContext context) {
        URI base = server.base();
        Optional<String> checked = server.tlsServerName();
        SslHandler handler = context.newHandler(channel.alloc(), checked.orElse(host(base)), port(base));
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(checked.isPresent() ? "HTTPS" : "");
        handler.engine().setSSLParameters(parameters);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        return handler;
    }

    private static void addProxy(Channel channel, URI proxy, InetSocketAddress address) throws IOException {
        if ("https".equals(proxy.getScheme())) {
            SslHandler outer =
                    SslContextBuilder.forClient().build().newHandler(channel.alloc(), host(proxy), port(proxy));
            channel.pipeline().addLast(outer);
        }
        Optional<String[]> login = Optional.ofNullable(proxy.getUserInfo()).map(info -> info.split(":", 2));
        String user = login.map(parts -> parts[0]).orElse("");
        String password =
                login.filter(parts -> parts.length == 2).map(parts -> parts[1]).orElse("");
        ProxyHandler handler = switch (proxy.getScheme()) {
            case "socks5", "socks5h" ->
                login.isPresent() ? new Socks5ProxyHandler(address, user, password) : new Socks5ProxyHandler(address);
            case "http", "https" ->
                login.isPresent() ? new HttpProxyHandler(address, user, password) : new HttpProxyHandler(address);
            default -> throw new IOException("a proxy of the unknown kind " + proxy.getScheme());
        };
        handler.setConnectTimeoutMillis(HANDSHAKE_MILLIS);
        channel.pipeline().addLast(handler);
    }

    private static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(URI uri) {
        if (uri.getPort() > 0) {
            return uri.getPort();
        }
        return switch (uri.getScheme()) {
            case "https" -> 443;
            case "socks5", "socks5h" -> 1080;
            default -> 80;
        };
    }
}
