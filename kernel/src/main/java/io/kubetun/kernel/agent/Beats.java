package io.kubetun.kernel.agent;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the rules alive: a datagram to each of the pod's addresses four times in the second after which they end. The
 * rules drop it, which the sender sees as EPERM; without rules it is discarded. Used on the socket's loop only.
 */
final class Beats {
    private static final long EVERY_MILLIS = 250;

    /** Not empty: Netty's epoll sends no datagram without a byte. */
    private static final ByteBuf BEAT =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(1).writeByte('b').asReadOnly());

    private final Channel socket;
    private final List<InetSocketAddress> addresses;
    private Future<?> next;

    Beats(Channel socket, List<InetAddress> podIps) {
        this.socket = socket;
        this.addresses = podIps.stream()
                .map(each -> new InetSocketAddress(each, AgentSettings.BEAT_PORT))
                .toList();
    }

    void start() {
        next = socket.eventLoop().scheduleAtFixedRate(this::beat, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        if (next != null) {
            next.cancel(false);
        }
    }

    private void beat() {
        addresses.forEach(each -> socket.write(new DatagramPacket(BEAT.duplicate(), each)));
        socket.flush();
    }
}
