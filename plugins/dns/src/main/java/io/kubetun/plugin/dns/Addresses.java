package io.kubetun.plugin.dns;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Reads addresses with ports, without asking any name server. */
final class Addresses {
    static final int DNS_PORT = 53;

    private Addresses() {}

    /** Reads {@code host:port}, {@code [v6]:port} or a port alone, which is one of 127.0.0.1. */
    static InetSocketAddress listener(String text, String flag) throws KubetunException {
        String whole = text.matches("\\d{1,5}") ? "127.0.0.1:" + text : text;
        return parse(whole, -1).orElseThrow(() -> invalid("listen on " + text, "127.0.0.1:5353", flag));
    }

    /** Reads an address of a name server; its port is 53 unless said otherwise. */
    static InetSocketAddress server(String text, String flag) throws KubetunException {
        return parse(text, DNS_PORT).orElseThrow(() -> invalid("ask the name server " + text, "192.168.1.1", flag));
    }

    private static Optional<InetSocketAddress> parse(String text, int defaultPort) {
        Optional<InetAddress> alone = literal(text);
        if (alone.isPresent() && defaultPort >= 0) {
            return Optional.of(new InetSocketAddress(alone.get(), defaultPort));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        host = host.equals("localhost") ? "127.0.0.1" : host;
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return port > 65535 || (!bracketed && host.indexOf(':') >= 0)
                ? Optional.empty()
                : literal(bracketed ? host.substring(1, host.length() - 1) : host)
                        .map(address -> new InetSocketAddress(address, port));
    }

    /** Reads an address without a port. */
    static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static KubetunException invalid(String what, String example, String flag) {
        return new KubetunException(
                ErrorCode.USAGE,
                "cannot " + what,
                "it is not an IP address with a port from 0 to 65535",
                "Say an address, such as " + flag + " " + example);
    }
}
