package io.kubetun.plugin.socks;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Progress;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.Target;
import io.kubetun.spi.cluster.Cluster;
import io.kubetun.spi.cluster.ServiceListener;
import io.kubetun.spi.cluster.ServiceSelection;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.event.Events;
import io.kubetun.spi.host.Effects;
import io.kubetun.spi.host.Host;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A session whose cluster is this machine: a target is a socket of loopback, a failure that was asked for, or a dial
 * that waits until the test completes it. Everything else is real sockets.
 */
final class LoopbackSession implements SessionContext, Dialer, Flows, Cluster, AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final Map<Target, InetSocketAddress> routes = new ConcurrentHashMap<>();
    private final Map<Target, Reason> failures = new ConcurrentHashMap<>();
    private final Map<Target, Promise<Channel>> held = new ConcurrentHashMap<>();
    private final List<Channel> opened = new CopyOnWriteArrayList<>();
    final BlockingQueue<Target> dialled = new LinkedBlockingQueue<>();
    final List<Channel> accepted = new CopyOnWriteArrayList<>();
    final List<String> steps = new CopyOnWriteArrayList<>();
    List<ServiceState> services = List.of();
    Optional<KubetunException> watchFailure = Optional.empty();
    volatile boolean watching;

    void route(String host, int port, InetSocketAddress to) {
        routes.put(Target.of(host, port), to);
    }

    void fail(String host, int port, Reason reason) {
        failures.put(Target.of(host, port), reason);
    }

    /** The next dial to the target waits for {@link #release}. */
    void hold(String host, int port, InetSocketAddress to) {
        route(host, port, to);
        held.put(Target.of(host, port), loops.next().newPromise());
    }

    /** Lets the dial go on. Returns the channel that it opened. */
    Channel release(String host, int port) throws InterruptedException {
        int before = opened.size();
        Promise<Channel> gate = held.remove(Target.of(host, port));
        gate.setSuccess(accepted.getFirst());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (opened.size() == before && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return opened.getLast();
    }

    Target nextDial() throws InterruptedException {
        Target target = dialled.poll(5, TimeUnit.SECONDS);
        if (target == null) {
            throw new AssertionError("nothing was dialled");
        }
        return target;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("dialled from another thread than the client's loop");
        }
        dialled.add(target);
        Promise<Channel> result = loop.newPromise();
        Promise<Channel> gate = held.get(target);
        if (failures.containsKey(target)) {
            Reason reason = failures.get(target);
            result.setFailure(new DialException(reason, target + " failed: " + reason));
        } else if (!routes.containsKey(target)) {
            result.setFailure(new DialException(Reason.UNKNOWN_NAME, "there is no " + target));
        } else if (gate != null) {
            gate.addListener(released -> loop.execute(() -> open(target, loop, result)));
        } else {
            open(target, loop, result);
        }
        return result;
    }

    private void open(Target target, EventLoop loop, Promise<Channel> result) {
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(routes.get(target))
                .addListener((io.netty.channel.ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        opened.add(connected.channel());
                        result.setSuccess(connected.channel());
                    } else {
                        result.setFailure(new DialException(Reason.REFUSED, target + " refused", connected.cause()));
                    }
                });
    }

    @Override
    public FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException {
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelRegistered(io.netty.channel.ChannelHandlerContext context) {
                        accepted.add(context.channel());
                        context.pipeline().addLast(initializer);
                        context.pipeline().remove(this);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new KubetunException(
                    ErrorCode.PORT_IN_USE, "cannot listen on " + address, "the port is taken", "Say another");
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
    public void join(Channel client, Channel remote, Target target) {
        if (!client.eventLoop().inEventLoop() || !remote.eventLoop().inEventLoop()) {
            throw new IllegalStateException("joined off the loop");
        }
        if (client.pipeline().names().size() != 1) { // the tail alone
            throw new IllegalStateException(
                    "handlers left: " + client.pipeline().names());
        }
        Splice fromClient = new Splice(remote);
        client.pipeline().addLast(fromClient);
        remote.pipeline().addLast(new Splice(client));
        remote.config().setAutoRead(true);
        if (((DuplexChannel) client).isInputShutdown()) {
            fromClient.finish();
        }
    }

    @Override
    public Watch watchServices(ServiceSelection selection, ServiceListener listener) throws KubetunException {
        if (watchFailure.isPresent()) {
            throw watchFailure.get();
        }
        services.stream()
                .filter(service -> selection.namespaces().contains(service.namespace()))
                .forEach(listener::changed);
        watching = true;
        return () -> watching = false;
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
    public Dialer dialer() {
        return this;
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
    public Progress progress() {
        return steps::add;
    }

    @Override
    public String id() {
        return "t1";
    }

    @Override
    public String profile() {
        return "proxy-out";
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
