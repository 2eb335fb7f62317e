/** A sample plugin: one local port that leads to one target in the cluster. */
module com.example.tcpforward {
    requires io.kubetun.spi;

    provides io.kubetun.spi.Plugin with
            com.example.tcpforward.TcpForwardPlugin;
}
