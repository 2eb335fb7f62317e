/**
 * The mode {@code tun}: the cluster's addresses on this machine, for every program. Packets come from a TUN device by
 * the packet bus; TCP is ended here and goes on as flows of the session.
 */
module io.kubetun.plugin.tun {
    requires io.kubetun.spi;
    requires io.netty.codec;
    requires io.netty.handler;

    provides io.kubetun.spi.Plugin with
            io.kubetun.plugin.tun.TunPlugin;
}
