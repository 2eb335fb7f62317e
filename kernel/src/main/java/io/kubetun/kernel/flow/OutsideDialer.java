package io.kubetun.kernel.flow;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * Connects to addresses as any program of this machine would: what leaves a session's own network and is none of the
 * cluster's goes this way. Safe for use by several threads.
 */
final class OutsideDialer implements Dialer {
    private static final int CONNECT_MILLIS = 10_000;

    private final Function<EventLoop, Bootstrap> sockets;
    private final FlowLimit limit;

    /**
     * Makes it.
     *
     * @param sockets makes unconnected sockets for a loop
     * @param limit how many may be open or on their way at the same time
     */
    OutsideDialer(Function<EventLoop, Bootstrap> sockets, FlowLimit limit) {
        this.sockets = sockets;
        this.limit = limit;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        if (!(target instanceof Target.Address address)) {
            return loop.newFailedFuture(
                    new DialException(Reason.UNKNOWN_NAME, target + " is no address outside of the cluster"));
        }
        if (!limit.tryAcquire()) {
            return loop.newFailedFuture(
                    new DialException(Reason.LIMIT, target + ": " + limit + " flows to the outside are open"));
        }
        Promise<Channel> promise = loop.newPromise();
        ChannelFuture connected = sockets.apply(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                // Who joins the channel adds what reads it.
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress(address.ip(), address.port()));
        connected.channel().closeFuture().addListener(end -> limit.release());
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                promise.tryFailure(failure(target, done.cause()));
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
