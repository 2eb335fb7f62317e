/**
 * The mode {@code hosts-fwd}: a loopback address and names for every Service, listening on each of its TCP ports, as
 * kubefwd made popular. It reaches the cluster, this machine and the event loops through the session alone.
 */
module io.kubetun.plugin.hostsfwd {
    requires io.kubetun.spi;

    provides io.kubetun.spi.Plugin with
            io.kubetun.plugin.hostsfwd.HostsForwardPlugin;
}
