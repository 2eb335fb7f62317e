package io.kubetun.plugin.dns;

import com.typesafe.config.Config;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mode's options, read and checked.
 *
 * @param listen where questions are answered; empty for nowhere but on the address of the system's own
 * @param system whether all programs of this machine are to ask
 * @param upstream who is asked for other names; empty for the machine's own name servers
 */
record DnsOptions(Optional<InetSocketAddress> listen, boolean system, List<InetSocketAddress> upstream) {
    private static final String ALONE = "127.0.0.1:5353";

    DnsOptions {
        upstream = List.copyOf(upstream);
    }

    static DnsOptions read(Config options) throws KubetunException {
        boolean system = options.hasPath("system") && options.getBoolean("system");
        Optional<InetSocketAddress> listen = options.hasPath("listen")
                ? Optional.of(listener(options.getString("listen")))
                : Optional.of(listener(ALONE)).filter(alone -> !system);
        List<InetSocketAddress> upstream = new ArrayList<>();
        if (options.hasPath("upstream")) {
            for (String text : options.getStringList("upstream")) {
                upstream.add(Addresses.server(text, "--dns-upstream"));
            }
        }
        return new DnsOptions(listen, system, upstream);
    }

    private static InetSocketAddress listener(String text) throws KubetunException {
        InetSocketAddress listen = Addresses.listener(text, "--dns-listen");
        if (!listen.getAddress().isLoopbackAddress()) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot answer names on " + listen.getAddress().getHostAddress(),
                    "other machines could ask there",
                    "Say --dns-listen 127.0.0.1:" + listen.getPort());
        }
        return listen;
    }
}
