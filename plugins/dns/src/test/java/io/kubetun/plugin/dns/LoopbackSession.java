package io.kubetun.plugin.dns;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.NameServer;
import io.kubetun.spi.NameServing;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A session on this machine's loopback whose cluster is a table of names. */
final class LoopbackSession implements SessionContext, Flows, Cluster, AutoCloseable {
    private volatile LoopbackDialer dialer = new LoopbackDialer(1, true);
    private final NameServing serving = new OneServing();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException {
        return opened(new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(initializer)
                .bind(address));
    }

    @Override
    public FlowListener listenDatagrams(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        return opened(new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(handler)
                .bind(address));
    }

    private static FlowListener opened(ChannelFuture bound) throws KubetunException {
        if (!bound.awaitUninterruptibly().isSuccess()) {
            throw new KubetunException(ErrorCode.PORT_IN_USE, "cannot listen", "the port is taken", "Say another");
        }
        Channel channel = bound.channel();
        return new FlowListener() {
            @Override
            public InetSocketAddress address() {
                return (InetSocketAddress) channel.localAddress();
            }

            @Override
            public void close() {
                channel.close().awaitUninterruptibly();
            }
        };
    }

    @Override
    public NameServing nameServing() {
        return serving;
    }

    @Override
    public EventLoopGroup eventLoops() {
        return loops;
    }

    private static final class OneServing implements NameServing {
        private volatile Optional<NameServer> now = Optional.empty();

        @Override
        public void begin(NameServer server) {
            now = Optional.of(server);
        }

        @Override
        public void end(NameServer server) {
            now = now.filter(each -> !each.equals(server));
        }

        @Override
        public Optional<NameServer> now() {
            return now;
        }
    }

    @Override
    public Names names() {
        return new TableNames();
    }

    @Override
    public Flows flows() {
        return this;
    }

    @Override
    public Cluster cluster() {
        return this;
    }

    @Override
    public Identity identity() {
        return new Identity("loopback", URI.create("https://127.0.0.1:6443"), "lab");
    }

    @Override
    public String check() {
        return "v1.34.4";
    }

    @Override
    public String id() {
        return "t1";
    }

    @Override
    public String profile() {
        return "dns";
    }

    @Override
    public Progress progress() {
        return line -> {};
    }

    @Override
    public void join(Channel client, Channel remote, Target target) {
        throw new UnsupportedOperationException("this mode joins nothing");
    }

    @Override
    public Watch watchServices(ServiceSelection selection, ServiceListener listener) {
        throw new UnsupportedOperationException("this mode watches names only");
    }

    @Override
    public Dialer dialer() {
        return dialer;
    }

    /** What the cluster's own name server is reached by; before, nothing is. */
    void dialBy(LoopbackDialer by) {
        dialer = by;
    }

    @Override
    public Host host() {
        throw new UnsupportedOperationException("this mode does not change the host");
    }

    @Override
    public Effects effects() {
        throw new UnsupportedOperationException("this mode has no effects");
    }

    @Override
    public Events events() {
        throw new UnsupportedOperationException("this mode does not use the event bus");
    }

    @Override
    public Path stateFolder() {
        throw new UnsupportedOperationException("this mode keeps no state");
    }

    @Override
    public Path sharedFolder() {
        throw new UnsupportedOperationException("this mode keeps no state");
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
