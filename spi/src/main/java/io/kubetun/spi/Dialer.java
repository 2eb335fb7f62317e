package io.kubetun.spi;

import io.kubetun.spi.DialException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;

/**
 * The way into the cluster: from a {@link Target} to a channel of bytes. Safe for use by several threads; never blocks.
 *
 * <p>The channel is a {@link io.netty.channel.socket.DuplexChannel} of {@code ByteBuf}, registered on the loop that was
 * asked for, with auto-read off and half-closure allowed: the peer's FIN is a {@code ChannelInputShutdownEvent}, ours is
 * {@code shutdownOutput()}. An abnormal end is an exception through the pipeline before the channel becomes inactive,
 * so that whoever is in front can answer with a reset instead of a clean end.
 */
public interface Dialer {
    /**
     * Opens a TCP flow.
     *
     * @param target where to
     * @param loop the event loop that the channel shall live on, one of the session's
     * @return the open channel, or a failure that is a {@link DialException}; completed on {@code loop}
     */
    Future<Channel> dial(Target target, EventLoop loop);

    /**
     * Says whether only TCP goes this way, and only to pods: there is no gateway.
     *
     * @return whether {@link #dialDatagrams} and {@link #echo} fail
     */
    default boolean tcpOnly() {
        return true;
    }

    /**
     * Opens a way for UDP datagrams to one address and port, and back from it.
     *
     * <p>The channel's messages are {@code ByteBuf}, one datagram each, without addresses. It has auto-read off. What is
     * written while it is not writable is dropped, as a network does. It closes after a minute without a datagram in
     * either direction, and when nobody listens there.
     *
     * @param target where to
     * @param loop the event loop that the channel shall live on, one of the session's
     * @return the open channel, or a failure that is a {@link DialException}; completed on {@code loop}
     */
    default Future<Channel> dialDatagrams(Target.Address target, EventLoop loop) {
        return loop.newFailedFuture(
                new DialException(Reason.NEEDS_GATEWAY, target + ": without a gateway only TCP reaches the cluster"));
    }

    /**
     * Asks an address for an ICMP echo, once.
     *
     * @param address who shall answer
     * @param size bytes of data in the request, 0 to 65,000
     * @param loop where the answer is told, one of the session's loops
     * @return whether an answer came within five seconds; a failure is a {@link DialException}
     */
    default Future<Boolean> echo(InetAddress address, int size, EventLoop loop) {
        return loop.newFailedFuture(new DialException(
                Reason.NEEDS_GATEWAY,
                address.getHostAddress() + ": without a gateway nothing in the cluster can be pinged"));
    }
}
