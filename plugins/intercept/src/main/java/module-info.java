/**
 * The mode {@code intercept}: the cluster's traffic for a workload reaches a process on this machine.
 *
 * <p>Nothing is exported: kubetun finds {@code InterceptPlugin} as a service.
 */
module io.kubetun.plugin.intercept {
    requires io.kubetun.spi;
    requires io.netty.codec.haproxy;

    provides io.kubetun.spi.Plugin with
            io.kubetun.plugin.intercept.InterceptPlugin;
}
