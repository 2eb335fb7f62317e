package io.kubetun.spi;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

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
}
