/**
 * This machine: its hosts file, loopback addresses, TUN devices, routes, name servers and socket table, and the privileged helper that changes what the
 * user may not. The only module that calls native code, by JNA's direct mapping.
 */
module io.kubetun.host {
    requires transitive io.kubetun.spi;
    requires com.sun.jna;

    exports io.kubetun.host;
    exports io.kubetun.host.helper;
    exports io.kubetun.host.hosts;
    exports io.kubetun.host.namespace;
    exports io.kubetun.host.resolver;

    provides io.kubetun.spi.host.HostProvider with
            io.kubetun.host.LocalHostProvider;
    provides io.kubetun.spi.host.EffectType with
            io.kubetun.host.hosts.HostsBlockType,
            io.kubetun.host.hosts.HostsPurgeType,
            io.kubetun.host.loopback.LoopbackAliasType,
            io.kubetun.host.resolver.LinkNamesType,
            io.kubetun.host.resolver.ResolverBlockType,
            io.kubetun.host.tun.TunDeviceType,
            io.kubetun.host.tun.TunRouteType;
}
