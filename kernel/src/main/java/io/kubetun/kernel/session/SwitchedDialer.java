package io.kubetun.kernel.session;

import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;

/** The way into a cluster: port-forwards until there is a gateway. Thread-safe. */
final class SwitchedDialer implements Dialer {
    private volatile Dialer now;

    SwitchedDialer(Dialer first) {
        this.now = first;
    }

    /** From now on flows go another way. */
    void use(Dialer next) {
        now = next;
    }

    @Override
    public Future<Channel> dial(Target target, EventLoop loop) {
        return now.dial(target, loop);
    }

    @Override
    public boolean tcpOnly() {
        return now.tcpOnly();
    }

    @Override
    public Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return now.dialDatagrams(target, loop);
    }

    @Override
    public Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return now.echo(address, size, loop);
    }
}
