package io.kubetun.spi;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;

/**
 * Accepts local connections and joins them to dialled channels. Safe for use by several threads.
 *
 * <p>A session has a limit of open flows; a connection above it is reset at once and counted.
 */
public interface Flows {
    /**
     * Listens for TCP on an address of this machine. Where the user may not (a port below 1024), the helper opens it.
     *
     * @param address where; port 0 takes a free one
     * @param initializer added to each accepted channel, on the loop that the channel lives on; the channel's
     *     auto-read is on and half-closure allowed
     * @return the open listener
     * @throws KubetunException if the address is taken, not of this machine or forbidden
     */
    FlowListener listen(InetSocketAddress address, ChannelHandler initializer) throws KubetunException;

    /**
     * Receives UDP datagrams on an address of this machine. Where the user may not (a port below 1024), the helper opens it.
     *
     * @param address where; port 0 takes a free one
     * @param handler gets each {@link io.netty.channel.socket.DatagramPacket}, and sends by writing one, on the one loop
     *     that the socket lives on; a datagram of more than 4,096 bytes is cut off there;
     *     sharable where the port is below 1024
     * @return the open socket
     * @throws KubetunException if the address is taken, not of this machine or forbidden
     */
    default FlowListener listenDatagrams(InetSocketAddress address, ChannelHandler handler) throws KubetunException {
        throw new UnsupportedOperationException("this session receives no datagrams");
    }

    /**
     * Returns the loops that flows live on: for who dials before there is a connection.
     *
     * @return the session's event loops
     */
    default EventLoopGroup eventLoops() {
        throw new UnsupportedOperationException("these flows do not tell their loops");
    }

    /**
     * Listens as {@link #listen(InetSocketAddress, ChannelHandler)}, with all accepted channels on one loop.
     *
     * @param address where; port 0 takes a free one
     * @param loop one of {@link #eventLoops}
     * @param initializer added to each accepted channel
     * @return the open listener
     * @throws KubetunException as there
     */
    default FlowListener listen(InetSocketAddress address, EventLoop loop, ChannelHandler initializer)
            throws KubetunException {
        return listen(address, initializer);
    }

    /**
     * Returns a way to addresses that are none of the cluster's: plain connections of this machine, as any of its programs
     * would make them. For sessions with a network of their own.
     *
     * @return a dialer for addresses; a name, Service or pod is refused
     */
    default Dialer outside() {
        throw new UnsupportedOperationException("these flows lead nowhere but into the cluster");
    }

    /**
     * Joins two channels of {@code ByteBuf}, both ways, with back-pressure, half-close and reset passed on; counted for
     * status and metrics. Call it on the loop that both live on. Handlers already in the pipelines stay; those of a
     * finished handshake should have been removed.
     *
     * @param client the accepted channel
     * @param remote the dialled channel
     * @param target where it leads, for counting
     */
    void join(Channel client, Channel remote, Target target);

    /** An open listener. */
    interface FlowListener extends AutoCloseable {
        /**
         * Returns where it listens.
         *
         * @return the address with its real port
         */
        InetSocketAddress address();

        /**
         * Stops accepting; flows already joined go on until the session ends. The port is free on return, unless this
         * is called on an event loop.
         */
        @Override
        void close();
    }
}
