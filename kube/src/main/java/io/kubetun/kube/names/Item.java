package io.kubetun.kube.names;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Something that a question is about: an address with a port and a name of its own.
 *
 * @param name its own name, absolute
 * @param ip its address
 * @param port its port; empty if it has none
 */
record Item(String name, InetAddress ip, Optional<Integer> port) {
    /** The label of an endpoint below its Service. */
    static String label(InetAddress ip, Optional<String> hostname) {
        return hostname.orElseGet(() -> {
            String text = NetUtil.toAddressString(ip).replace('.', '-').replace(':', '-');
            return text.endsWith("-") ? text + "0" : text;
        });
    }
}
