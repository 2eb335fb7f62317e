package io.kubetun.plugin.intercept;

import io.kubetun.spi.Inbound;
import io.netty.channel.Channel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * Tells a process who calls, before the first byte.
 *
 * @see <a href="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt">The PROXY protocol, version 2</a>
 */
final class CallerHeader {
    private CallerHeader() {}

    static void write(Inbound.Flow flow, Channel to) {
        to.pipeline().addLast(HAProxyMessageEncoder.INSTANCE);
        to.writeAndFlush(message(flow));
        to.pipeline().remove(HAProxyMessageEncoder.INSTANCE);
    }

    private static HAProxyMessage message(Inbound.Flow flow) {
        if (flow.from().isEmpty()) {
            return new HAProxyMessage(
                    HAProxyProtocolVersion.V2, HAProxyCommand.LOCAL, HAProxyProxiedProtocol.UNKNOWN, null, null, 0, 0);
        }
        InetSocketAddress from = flow.from().get();
        return new HAProxyMessage(
                HAProxyProtocolVersion.V2,
                HAProxyCommand.PROXY,
                flow.to().getAddress() instanceof Inet6Address
                        ? HAProxyProxiedProtocol.TCP6
                        : HAProxyProxiedProtocol.TCP4,
                from.getAddress().getHostAddress(),
                flow.to().getAddress().getHostAddress(),
                from.getPort(),
                flow.to().getPort());
    }
}
