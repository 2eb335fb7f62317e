package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Function;

/**
 * Connects to addresses as any program of this machine would: what leaves a session's own network and is none of the
 * cluster's goes this way. Safe for use by several threads.
 */
final class OutsideDialer implements Dialer {
    private static final int CONNECT_MILLIS = 10_000;

    private final Function<EventLoop, Bootstrap> connections;
    private final Function<EventLoop, Bootstrap> datagrams;
    private final FlowLimit limit;
    private final Duration idle;

    /**
     * Makes it.
     *
     * @param connections makes unconnected TCP sockets for a loop, auto-read off
     * @param datagrams makes unconnected UDP sockets for a loop, auto-read off
     * @param limit how many of both may be open or on their way at the same time
     * @param idle after which time without a datagram a UDP flow is over
     */
    OutsideDialer(
            Function<EventLoop, Bootstrap> connections,
            Function<EventLoop, Bootstrap> datagrams,
            FlowLimit limit,
            Duration idle) {
        this.connections = connections;
        this.datagrams = datagrams;
        this.limit = limit;
        this.idle = idle;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        if (!(target instanceof Target.Address address)) {
            return loop.newFailedFuture(
                    new DialException(Reason.UNKNOWN_NAME, target + " is no address outside of the cluster"));
        }
        Bootstrap socket = connections.apply(loop).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        // Who joins the channel adds what reads it.
        return connect(socket, new ChannelInboundHandlerAdapter(), address, loop);
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return connect(datagrams.apply(loop), new OutsideDatagrams(idle), target, loop);
    }

    @Override
    public boolean tcpOnly() {
        return false;
    }

    @Override
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return loop.newFailedFuture(new DialException(
                Reason.FORBIDDEN, address.getHostAddress() + ": only TCP and UDP go past the cluster"));
    }

    private Future<Channel> connect(Bootstrap socket, ChannelHandler handler, Target.Address to, EventLoop loop) {
        if (!limit.tryAcquire()) {
            return loop.newFailedFuture(
                    new DialException(Reason.LIMIT, to + ": " + limit + " flows to the outside are open"));
        }
        Promise<Channel> promise = loop.newPromise();
        ChannelFuture connected = socket.handler(handler).connect(new InetSocketAddress(to.ip(), to.port()));
        connected.channel().closeFuture().addListener(end -> limit.release());
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                promise.tryFailure(failure(to, done.cause()));
            } else if (!promise.trySuccess(connected.channel())) {
                connected.channel().close();
            }
        });
        return promise;
    }

    private static DialException failure(Target target, Throwable cause) {
        Reason reason = switch (cause) {
            case ConnectTimeoutException _ -> Reason.TIMED_OUT;
            case ConnectException _ -> Reason.REFUSED;
            default -> Reason.UNREACHABLE;
        };
        return new DialException(reason, target + ": " + cause.getMessage(), cause);
    }
}
