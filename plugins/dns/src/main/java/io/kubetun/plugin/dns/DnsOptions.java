package io.kubetun.plugin.dns;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The mode's options, read and checked.
 *
 * @param listen where questions are answered
 * @param upstream who is asked for other names; empty for the machine's own name servers
 */
record DnsOptions(InetSocketAddress listen, List<InetSocketAddress> upstream) {
    DnsOptions {
        upstream = List.copyOf(upstream);
    }

    static DnsOptions read(Config options) throws KubetunException {
        InetSocketAddress listen = Addresses.listener(options.getString("listen"), "--dns-listen");
        if (!listen.getAddress().isLoopbackAddress()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot answer names on " + listen.getAddress().getHostAddress(),
                    "other machines could ask there",
                    "Say --dns-listen 127.0.0.1:" + listen.getPort());
        }
        List<InetSocketAddress> upstream = new ArrayList<>();
        if (options.hasPath("upstream")) {
            for (String text : options.getStringList("upstream")) {
                upstream.add(Addresses.server(text, "--dns-upstream"));
            }
        }
        return new DnsOptions(listen, upstream);
    }
}
