package io.kubetun.kernel.agent;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Where a connection wanted to go before a rule redirected it, as the operating system's connection tracking has it.
 *
 * @see <a href="https://github.com/torvalds/linux/blob/master/include/uapi/linux/netfilter_ipv4.h">SO_ORIGINAL_DST</a>
 */
final class OriginalDestination {
    private static final int SO_ORIGINAL_DST = 80;
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;

    /** A sockaddr_in: family, port, address, padding. */
    private static final RawUnixChannelOption IPV4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, 16);

    /** A sockaddr_in6: family, port, flow, address, scope. */
    private static final RawUnixChannelOption IPV6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, 28);

    private OriginalDestination() {}

    /** Asks; empty if nothing has redirected it. */
    static Optional<InetSocketAddress> of(SocketChannel accepted) {
        boolean ipv4 = accepted.localAddress().getAddress() instanceof Inet4Address;
        ByteBuffer raw;
        try {
            raw = accepted.config().getOption(ipv4 ? IPV4 : IPV6);
        } catch (ChannelException | UncheckedIOException notTracked) {
            return Optional.empty();
        }
        if (raw == null) {
            return Optional.empty();
        }
        ByteBuffer told = raw.duplicate().order(ByteOrder.BIG_ENDIAN);
        byte[] address = new byte[ipv4 ? 4 : 16];
        told.get(ipv4 ? 4 : 8, address);
        int port = Short.toUnsignedInt(told.getShort(2));
        try {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getByAddress(address), port);
            return to.equals(accepted.localAddress()) ? Optional.empty() : Optional.of(to);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
