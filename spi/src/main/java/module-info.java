/**
 * What a plugin author sees of kubetun: modes and how they are described, the session they run in, the way to dial
 * into the cluster, the changes they may make to the machine, and the events they may read.
 *
 * <p>Netty's channels and buffers and Typesafe Config's {@code Config} are part of this interface: a plugin takes
 * them, and slf4j, from kubetun and never brings its own.
 */
module io.kubetun.spi {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive typesafe.config;
    requires transitive org.slf4j;

    exports io.kubetun.spi;
    exports io.kubetun.spi.cluster;
    exports io.kubetun.spi.event;
    exports io.kubetun.spi.host;
}
