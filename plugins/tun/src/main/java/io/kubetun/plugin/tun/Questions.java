package io.kubetun.plugin.tun;

import io.kubetun.spi.NameServer;
import io.kubetun.spi.Target;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Questions of DNS: what programs send to port 53, and who answers in the cluster's place. Thread-safe.
 *
 * @param answering who stands in for the cluster's own name server at this moment, if anybody does
 * @param servers its addresses, as the cluster has them
 */
record Questions(Supplier<Optional<NameServer>> answering, List<InetAddress> servers) {
    /** Where they are asked. */
    static final int PORT = 53;

    Questions {
        servers = List.copyOf(servers);
    }

    /** Who answers what is sent there; empty if it goes into the cluster. */
    Optional<NameServer> answering(Target.Address target) {
        return target.port() == PORT && servers.contains(target.ip()) ? answering.get() : Optional.empty();
    }
}
