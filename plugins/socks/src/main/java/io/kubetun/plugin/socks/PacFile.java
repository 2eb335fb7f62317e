package io.kubetun.plugin.socks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The proxy auto-configuration file: names of the cluster go to the SOCKS listener, everything else goes where it went
 * before. There is no fall-back to a direct connection for the former, so that their names never reach a name server.
 *
 * @param socks where SOCKS listens
 * @param names the short names and addresses of the cluster now
 * @see <a href="https://developer.mozilla.org/docs/Web/HTTP/Guides/Proxy_servers_and_tunneling/Proxy_Auto-Configuration_PAC_file">PAC</a>
 */
record PacFile(InetSocketAddress socks, Supplier<? extends Collection<String>> names) {
    /**
     * Writes the file for a client.
     *
     * @param local the address by which the client reached us: the host of a SOCKS listener on all addresses
     * @param client where the client is; only this machine is told which Services there are
     */
    String script(InetSocketAddress local, InetSocketAddress client) {
        InetAddress host = socks.getAddress().isAnyLocalAddress() ? local.getAddress() : socks.getAddress();
        String proxy = (host.getAddress().length == 16 ? "[" + host.getHostAddress() + "]" : host.getHostAddress())
                + ":" + socks.getPort();
        Collection<String> known = client.getAddress().isLoopbackAddress() ? names.get() : List.of();
        String list = known.stream()
                .filter(name -> name.matches("[a-z0-9.:-]+")) // all that a name or address has: no quoting needed
                .map(name -> "\"" + name + "\":1")
                .collect(Collectors.joining(","));
        return """
                var names = {%s};
                function FindProxyForURL(url, host) {
                  host = host.toLowerCase().replace(/\\.$/, "").replace(/^\\[|\\]$/g, "");
                  if (/\\.(svc|cluster\\.local)$/.test(host) || names.hasOwnProperty(host)) {
                    return "SOCKS5 %s; SOCKS %s";
                  }
                  return "DIRECT";
                }
                """.formatted(list, proxy, proxy);
    }
}
