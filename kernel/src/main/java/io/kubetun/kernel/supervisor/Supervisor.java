package io.kubetun.kernel.supervisor;

import io.kubetun.kernel.flow.NettyTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor of this process, by the protocol of {@code sd_notify}: datagrams to the socket that
 * {@code NOTIFY_SOCKET} names, a path or, with {@code @} in front, a name without a file. Without one, or where there is
 * no epoll, nothing is told. Thread-safe.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html">sd_notify(3)</a>
 */
public final class Supervisor implements AutoCloseable {
    /** Bytes of a status; more is cut. */
    private static final int MAX_STATUS = 512;

    private static final Duration SEND_LIMIT = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final Optional<Duration> watchdog;
    private final Optional<NettyTransport> transport;
    private final Optional<Link> link;
    private final AtomicBoolean told = new AtomicBoolean();

    private record Link(Channel channel, DomainSocketAddress to) {}

    private Supervisor(Optional<Duration> watchdog, Optional<NettyTransport> transport, Optional<Link> link) {
        this.watchdog = watchdog;
        this.transport = transport;
        this.link = link;
    }

    /**
     * Finds the supervisor.
     *
     * @param environment {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC}, {@code WATCHDOG_PID}
     * @param transport makes an event loop, if one is needed
     * @return the supervisor, which may be nobody
     */
    public static Supervisor of(Map<String, String> environment, Supplier<NettyTransport> transport) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty() || !(socket.startsWith("/") || socket.startsWith("@"))) {
            return new Supervisor(Optional.empty(), Optional.empty(), Optional.empty());
        }
        if (!Epoll.isAvailable()) {
            LOG.warn("the supervisor is not told anything: there is no epoll on this machine");
            return new Supervisor(Optional.empty(), Optional.empty(), Optional.empty());
        }
        NettyTransport loop = transport.get();
        // A name without a file of its own, because Netty sends from bound sockets only. Not connected: the supervisor
        // may
        // open its socket anew.
        DomainSocketAddress from = new DomainSocketAddress("\0kubetun-" + UUID.randomUUID());
        ChannelFuture bound = new Bootstrap()
                .group(loop.eventLoops())
                .channelFactory(EpollDomainDatagramChannel::new)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(from)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loop.close();
            LOG.warn("the supervisor is not told anything", bound.cause());
            return new Supervisor(Optional.empty(), Optional.empty(), Optional.empty());
        }
        String name = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
        return new Supervisor(
                interval(environment),
                Optional.of(loop),
                Optional.of(new Link(bound.channel(), new DomainSocketAddress(name))));
    }

    /** How often the supervisor wants to hear of this process, halved as it advises. */
    private static Optional<Duration> interval(Map<String, String> environment) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        if (!pid.isEmpty() && !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return Optional.empty();
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return micros <= 0 ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(1, micros / 2) * 1000));
        } catch (NumberFormatException e) {
            LOG.warn("WATCHDOG_USEC is no number");
            return Optional.empty();
        }
    }

    /**
     * Says how often {@link #alive} is to be called.
     *
     * @return the interval, if anybody waits for it
     */
    public Optional<Duration> watchdog() {
        return watchdog;
    }

    /**
     * All that was to be started is started, or reloaded.
     *
     * @param status what to show to people
     */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + line(status));
    }

    /**
     * How it is.
     *
     * @param status what to show to people
     */
    public void status(String status) {
        send("STATUS=" + line(status));
    }

    /** The profile is being read again; ends with {@link #ready}. */
    public void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** The process is alive. */
    public void alive() {
        send("WATCHDOG=1");
    }

    /** The process is about to end. */
    public void stopping() {
        send("STOPPING=1\nSTATUS=stopping");
    }

    /** Lets go of the socket. */
    @Override
    public void close() {
        transport.ifPresent(NettyTransport::close);
    }

    /** Waits until it is sent, at most 200 ms: its order and its end must not be lost. */
    private void send(String message) {
        link.ifPresent(to -> {
            ChannelFuture sent = to.channel()
                    .writeAndFlush(
                            new DomainDatagramPacket(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8), to.to()));
            if (sent.awaitUninterruptibly(SEND_LIMIT.toMillis()) && !sent.isSuccess()) {
                if (told.compareAndSet(false, true)) {
                    LOG.warn(
                            "the supervisor is not reached at {}: {}",
                            to.to(),
                            sent.cause().getMessage());
                }
            }
        });
    }

    private static String line(String status) {
        String one = status.replace('\n', ' ').strip();
        return one.length() <= MAX_STATUS ? one : one.substring(0, MAX_STATUS);
    }
}
