package io.kubetun.distribution.command;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.OptionSpec;

/** Reads the address that a flag lets the kernel serve HTTP on, without asking any name server. */
final class HttpAddress {
    private static final Logger LOG = LoggerFactory.getLogger(HttpAddress.class);

    private HttpAddress() {}

    /** What was typed; nothing if the flag was not. */
    static Optional<InetSocketAddress> of(OptionSpec flag) throws KubetunException {
        String typed = flag.getValue();
        return typed == null ? Optional.empty() : Optional.of(parse(typed));
    }

    private static InetSocketAddress parse(String address) throws KubetunException {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "" : address.substring(0, colon);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        InetAddress ip = bare.equals("localhost")
                ? InetAddress.getLoopbackAddress()
                : NetUtil.createInetAddressFromIpAddressString(bare);
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            if (ip != null && port >= 0 && port <= 65535) {
                return new InetSocketAddress(ip, port);
            }
        } catch (NumberFormatException e) {
            LOG.debug("no port in {}", address, e);
        }
        throw new KubetunException(
                ErrorCode.USAGE,
                "cannot listen on '" + address + "'",
                "it is no address with a port",
                "Write it as 127.0.0.1:9100 or [::1]:9100");
    }
}
