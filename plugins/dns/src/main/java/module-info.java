/**
 * The mode {@code dns}: a name server on this machine that answers the cluster's names as the cluster's own would, and
 * passes all others on to the name servers that the machine has.
 *
 * <p>Nothing is exported: kubetun finds {@code DnsPlugin} as a service.
 */
module io.kubetun.plugin.dns {
    requires io.kubetun.spi;
    requires io.netty.codec;
    requires io.netty.handler;
    requires org.dnsjava;

    provides io.kubetun.spi.Plugin with
            io.kubetun.plugin.dns.DnsPlugin;
}
