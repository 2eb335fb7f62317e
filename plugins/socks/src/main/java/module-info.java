/**
 * The mode {@code socks}: a way into the cluster for programs that speak SOCKS5, SOCKS4a or HTTP CONNECT, without a
 * change to routes or DNS. Names are resolved in the cluster, so none leaves this machine.
 *
 * <p>Nothing is exported: kubetun finds {@code SocksPlugin} as a service.
 */
module io.kubetun.plugin.socks {
    requires io.kubetun.spi;
    requires io.netty.codec;
    requires io.netty.codec.http;

    provides io.kubetun.spi.Plugin with
            io.kubetun.plugin.socks.SocksPlugin;
}
