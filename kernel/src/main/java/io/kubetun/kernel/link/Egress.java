package io.kubetun.kernel.link;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where flows leave a link: what its accepting end does with each request. Safe for use by several threads; never blocks.
 */
public interface Egress {
    /**
     * Opens the way on for a TCP flow.
     *
     * @param to where; unresolved if it is a name
     * @param source who opened the flow beyond the link, where its opener knows that
     * @param loop where the channel shall live
     * @return a channel as {@link io.kubetun.spi.Dialer#dial} promises it, or a {@link io.kubetun.spi.DialException}
     */
    Future<Channel> connect(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop);

    /**
     * Opens the way on for datagrams.
     *
     * @param to where; unresolved if it is a name
     * @param source who opened the flow beyond the link, where its opener knows that
     * @param loop where the channel shall live
     * @return a channel whose messages are {@code ByteBuf}, one datagram each, with auto-read off; or a
     *     {@link io.kubetun.spi.DialException}
     */
    Future<Channel> connectDatagrams(InetSocketAddress to, Optional<InetSocketAddress> source, EventLoop loop);

    /**
     * Pings an address, once.
     *
     * @param to who shall answer
     * @param size bytes in the request, 0 to 65,000
     * @param loop where the answer is told
     * @return whether there was an answer in time, or a {@link io.kubetun.spi.DialException}
     */
    Future<Boolean> echo(InetAddress to, int size, EventLoop loop);
}
