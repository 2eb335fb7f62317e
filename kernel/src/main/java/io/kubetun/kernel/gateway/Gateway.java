package io.kubetun.kernel.gateway;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.http.HttpEndpoint;
import io.kubetun.kernel.link.LinkCounts;
import io.kubetun.kernel.link.LinkServer;
import io.kubetun.kernel.link.SocketEgress;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A gateway: links come in on loopback and their flows go on as sockets of this pod. Who may port-forward to the pod may
 * use it; that is its authentication. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** Two loops carry more than one port-forward brings. */
    private static final int LOOPS = 2;

    private final GatewaySettings settings;
    private final NettyTransport transport;
    private final SocketEgress egress;
    private final LinkServer server;
    private final Channel listener;
    private final Optional<HttpEndpoint> http;

    private Gateway(
            GatewaySettings settings,
            NettyTransport transport,
            SocketEgress egress,
            LinkServer server,
            Channel listener,
            Optional<HttpEndpoint> http) {
        this.settings = settings;
        this.transport = transport;
        this.egress = egress;
        this.server = server;
        this.listener = listener;
        this.http = http;
    }

    /**
     * Starts one that leads flows to addresses of the cluster.
     *
     * @param settings what it does
     * @return the listening gateway
     * @throws KubetunException if it cannot listen
     */
    public static Gateway start(GatewaySettings settings) throws KubetunException {
        return start(settings, SocketEgress::isOfCluster);
    }

    /**
     * Starts one.
     *
     * @param settings what it does
     * @param allowed the addresses that it leads flows to
     * @return the listening gateway
     * @throws KubetunException if it cannot listen
     */
    public static Gateway start(GatewaySettings settings, Predicate<InetAddress> allowed) throws KubetunException {
        NettyTransport transport = new NettyTransport(LOOPS, NettyTransport.pool(LOOPS));
        SocketEgress egress = new SocketEgress(transport, allowed);
        LinkServer server = new LinkServer(egress, settings.links());
        ChannelFuture bound = new ServerBootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.listeners())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel link) {
                        server.accept(link);
                    }
                })
                .bind(LOOPBACK, settings.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            transport.close();
            throw new KubetunException(
                    ErrorCode.PORT_IN_USE,
                    "cannot listen on 127.0.0.1:" + settings.port(),
                    String.valueOf(bound.cause().getMessage()),
                    "Set KUBETUN_GATEWAY_PORT to a free port",
                    bound.cause());
        }
        Optional<HttpEndpoint> http = Optional.empty();
        if (settings.httpPort() != 0) {
            InetSocketAddress at = new InetSocketAddress(LOOPBACK, settings.httpPort());
            NettyTransport own = new NettyTransport(1, NettyTransport.pool(1));
            http = Optional.of(HttpEndpoint.open(at, false, own, new GatewayPages(server.counts())));
        }
        return new Gateway(settings, transport, egress, server, bound.channel(), http);
    }

    /**
     * Returns where links come in.
     *
     * @return an address of loopback
     */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /**
     * Returns what is counted.
     *
     * @return the counts of all links
     */
    public LinkCounts counts() {
        return server.counts();
    }

    /**
     * Takes no new flows, waits until the last one has ended, at most the time of the settings, and closes.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    public void drain() throws InterruptedException {
        listener.close();
        server.drainAndClose(settings.drain());
        close();
    }

    /** Cuts everything. */
    @Override
    public void close() {
        listener.close();
        server.close();
        http.ifPresent(HttpEndpoint::close);
        egress.close();
        transport.close();
    }

    /** Waits until it is closed. */
    void await() throws InterruptedException {
        listener.closeFuture().sync();
    }

    Duration drainTime() {
        return settings.drain();
    }
}
