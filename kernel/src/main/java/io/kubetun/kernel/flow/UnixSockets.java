package io.kubetun.kernel.flow;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Unix-domain listeners on the loops of a transport, and who connects to them. Thread-safe. */
public final class UnixSockets {
    private final NettyTransport transport;

    /**
     * Takes the loops.
     *
     * @param transport where accepted channels live
     */
    public UnixSockets(NettyTransport transport) {
        this.transport = transport;
    }

    /**
     * Listens. Blocks until the socket is bound.
     *
     * @param bootstrap with its child handler; the group and the channel type are set here
     * @param path where; there must be no such file
     * @return the open listener
     * @throws IOException if the path cannot be bound
     */
    public Channel listen(ServerBootstrap bootstrap, Path path) throws IOException {
        bootstrap.group(transport.eventLoops());
        ChannelFuture bound = transport.isEpoll()
                ? bootstrap
                        .channelFactory(EpollServerDomainSocketChannel::new)
                        .bind(new DomainSocketAddress(path.toString()))
                : bootstrap.channelFactory(NioServerDomainSocketChannel::new).bind(UnixDomainSocketAddress.of(path));
        if (!bound.awaitUninterruptibly().isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return bound.channel();
    }

    /**
     * Says whether the process at the other end is of this process's user (SO_PEERCRED). Where the system does not tell,
     * the permissions of the socket's folder alone decide.
     *
     * @param channel an accepted channel
     * @return false only if it is somebody else's
     * @throws IOException if the channel has closed
     */
    public static boolean isOfThisUser(Channel channel) throws IOException {
        return !(channel instanceof EpollDomainSocketChannel unix)
                || ThisUser.id().equals(OptionalInt.of(unix.peerCredentials().uid()));
    }
}
