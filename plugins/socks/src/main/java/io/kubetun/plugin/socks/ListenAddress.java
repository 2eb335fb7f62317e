package io.kubetun.plugin.socks;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Reads addresses to listen on, without asking any name server. */
final class ListenAddress {
    private ListenAddress() {}

    /** Reads {@code host:port}, {@code [v6]:port} or a port alone, which is one of 127.0.0.1. */
    static InetSocketAddress parse(String text, String flag) throws KubetunException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        if (host.equals("localhost")) {
            host = "127.0.0.1";
        } else if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        if (address == null) {
            throw invalid(text, flag, "its host is neither an IP address nor localhost");
        }
        int port = port(text.substring(colon + 1));
        if (port < 0) {
            throw invalid(text, flag, "its port is not a number from 0 to 65535");
        }
        return new InetSocketAddress(address, port);
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= 65535 ? port : -1;
    }

    private static KubetunException invalid(String text, String flag, String why) {
        return new KubetunException(
                ErrorCode.USAGE,
                "cannot listen on " + text,
                why,
                "Say an address, such as " + flag + " 127.0.0.1:1080");
    }
}
