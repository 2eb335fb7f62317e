package io.kubetun.kernel.agent;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.link.SocketEgress;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An agent: leads what the rules redirect, or Services, to the laptop that has proved its key, and keeps the rules
 * alive only while there is one. All of it is done on one loop. Thread-safe.
 */
public final class Agent implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration DRAIN = Duration.ofSeconds(5);

    /** After the last beat the rules redirect for 1 s still: nobody shall be refused meanwhile. */
    private static final Duration RULES_END = Duration.ofMillis(1_100);

    private static final long LOOK_MILLIS = 50;
    private static final int DATAGRAM = 65_535;
    private static final int BACKLOG = 1_024;

    private final NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
    private final EventLoop loop = (EventLoop) transport.eventLoops().iterator().next();
    private final SocketEgress originals = new SocketEgress(transport, address -> true);
    private final List<Channel> listeners = new ArrayList<>();
    private final CompletableFuture<AgentEnd> end = new CompletableFuture<>();
    private final AgentLinks links;
    private final Redirect redirect;

    private Agent(AgentSettings settings, String pod) throws KubetunException {
        if (!Epoll.isAvailable()) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "the agent cannot start",
                    "it needs epoll: " + Epoll.unavailabilityCause().getMessage(),
                    "Use the image that kubetun image builds");
        }
        this.links = settings.hasRules() ? linksForRules(settings, pod) : links(settings, pod, () -> {}, () -> {});
        Lead lead = new Lead(links, originals, loop);
        this.redirect = new Redirect(settings, lead);
        for (InetAddress address : settings.podIps()) {
            if (settings.hasRules()) {
                listenForRules(address, settings, lead);
            } else {
                listenForServices(address, settings);
            }
        }
        if (!settings.hasRules()) {
            // Where a port-forward to a Service comes in.
            listenForServices(LOOPBACK, settings);
        }
        // Last: whoever can come in here finds all the rest ready.
        ChannelHandler control = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel connection) {
                links.accepted(connection);
            }
        };
        listen(new InetSocketAddress(LOOPBACK, settings.port()), control, false);
        loop.execute(links::awaitLaptop);
    }

    /** The rules are kept alive by beats. */
    private AgentLinks linksForRules(AgentSettings settings, String pod) throws KubetunException {
        Channel sender = datagrams(new InetSocketAddress(0), new ChannelInboundHandlerAdapter());
        Beats beats = new Beats(sender, settings.podIps());
        return links(settings, pod, beats::start, beats::stop);
    }

    private AgentLinks links(AgentSettings settings, String pod, Runnable usable, Runnable unusable) {
        return new AgentLinks(loop, settings, pod, usable, unusable, end::complete);
    }

    private void listenForRules(InetAddress address, AgentSettings settings, Lead lead) throws KubetunException {
        listen(new InetSocketAddress(address, settings.redirect()), redirect, true);
        for (int port : settings.udp()) {
            datagrams(
                    new InetSocketAddress(address, settings.redirectOfUdp(port)),
                    new UdpRedirect(new InetSocketAddress(address, port), lead));
        }
    }

    private void listenForServices(InetAddress address, AgentSettings settings) throws KubetunException {
        for (int port : settings.entrances().keySet()) {
            listen(new InetSocketAddress(address, port), redirect, true);
        }
        // The kubelet's question whether it is ready: one to an entrance would be led to the laptop.
        ChannelHandler ready = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel asked) {
                asked.close();
            }
        };
        listen(new InetSocketAddress(address, settings.redirect()), ready, false);
    }

    /**
     * Starts one.
     *
     * @param settings what it does
     * @param pod the pod's name, as the laptop is told, or {@code -}
     * @return the listening agent
     * @throws KubetunException if it cannot listen
     */
    public static Agent start(AgentSettings settings, String pod) throws KubetunException {
        return new Agent(settings, pod);
    }

    private void listen(InetSocketAddress at, ChannelHandler handler, boolean halfClosure) throws KubetunException {
        keep(
                new ServerBootstrap()
                        .group(transport.eventLoops())
                        .channelFactory(transport.listeners())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                        .childHandler(handler)
                        .bind(at),
                at);
    }

    private Channel datagrams(InetSocketAddress at, ChannelHandler handler) throws KubetunException {
        return keep(
                new Bootstrap()
                        .group(transport.eventLoops())
                        .channelFactory(transport.datagrams())
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM))
                        .handler(handler)
                        .bind(at),
                at);
    }

    private Channel keep(ChannelFuture binding, InetSocketAddress at) throws KubetunException {
        ChannelFuture bound = binding.awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new KubetunException(
                    ErrorCode.PORT_IN_USE,
                    "cannot listen on " + NodeAddresses.text(at.getAddress()) + ":" + at.getPort(),
                    String.valueOf(bound.cause().getMessage()),
                    "Set KUBETUN_AGENT_PORT and KUBETUN_AGENT_REDIRECT to ports that the pod does not use",
                    bound.cause());
        }
        listeners.add(bound.channel());
        return bound.channel();
    }

    /**
     * Stops the beats, goes on until the rules have ended by themselves and the last flow has, at most 5 s, and closes.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    public void drain() throws InterruptedException {
        if (transport.eventLoops().isShuttingDown()) {
            return;
        }
        long start = System.nanoTime();
        Promise<Void> drained = loop.newPromise();
        loop.execute(links::stopTaking);
        loop.scheduleAtFixedRate(
                () -> {
                    boolean rulesEnded = System.nanoTime() - start > RULES_END.toNanos();
                    if (rulesEnded && redirect.flows() == 0) {
                        drained.trySuccess(null);
                    }
                },
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
        drained.await(DRAIN.toMillis());
        close();
    }

    /** Cuts everything. */
    @Override
    public void close() {
        end.complete(AgentEnd.STOPPED);
        listeners.forEach(Channel::close);
        if (links != null) {
            loop.execute(links::close);
        }
        originals.close();
        transport.close();
    }

    /** Waits until it is closed or shall be. */
    AgentEnd await() {
        return end.join();
    }
}
