package io.kubetun.kernel.link;

import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * The way into the cluster over a gateway: TCP with exact answers, half-close and reset, UDP and pings.
 *
 * @param pool the links
 * @param where turns a target into what the gateway dials: an address, or an unresolved name for the gateway's own
 *     resolver; never blocks; its failures are {@link DialException}s
 */
public record LinkDialer(LinkPool pool, Function<Target, Future<InetSocketAddress>> where) implements Dialer {
    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        Promise<Channel> dialled = loop.newPromise();
        where.apply(target).addListener((Future<InetSocketAddress> found) -> {
            if (!found.isSuccess()) {
                dialled.tryFailure(found.cause());
                return;
            }
            pool.connect(found.getNow(), loop).addListener((Future<Channel> done) -> {
                if (!done.isSuccess()) {
                    dialled.tryFailure(named(target, done.cause()));
                } else if (!dialled.trySuccess(done.getNow())) {
                    done.getNow().close();
                }
            });
        });
        return dialled;
    }

    @Override
    public boolean tcpOnly() {
        return false;
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return pool.connectDatagrams(new InetSocketAddress(target.ip(), target.port()), loop);
    }

    @Override
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return pool.echo(address, size, loop);
    }

    /** With the target as the user said it. */
    private static DialException named(Target target, Throwable cause) {
        return cause instanceof DialException dial
                ? new DialException(dial.reason(), target + ": " + dial.getMessage(), dial)
                : new DialException(Reason.UNREACHABLE, target + ": " + cause.getMessage(), cause);
    }
}
