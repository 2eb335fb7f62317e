package io.kubetun.kube.network;

import io.kubetun.spi.host.NetworkChange;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which connections a change of the network may have broken: those whose own address is gone or on an interface that has
 * changed, and those whose peer is now reached from another address. A container that starts beside them is none of
 * their business. Thread-safe; sends nothing, and does not block but for some system calls.
 */
public final class Affected {
    private static final Logger LOG = LoggerFactory.getLogger(Affected.class);

    private final Set<InetAddress> steady;
    private final Map<InetSocketAddress, Optional<InetAddress>> sources = new ConcurrentHashMap<>();

    private Affected(Set<InetAddress> steady) {
        this.steady = steady;
    }

    /**
     * Looks at this machine's interfaces.
     *
     * @param change what has changed
     * @return what that may have broken
     */
    public static Affected by(NetworkChange change) {
        try {
            return new Affected(NetworkInterface.networkInterfaces()
                    .filter(each -> !change.concerns(each.getName()))
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toSet()));
        } catch (SocketException e) {
            LOG.debug("the interfaces are not known", e);
            return new Affected(Set.of());
        }
    }

    /**
     * Says whether a connection may be dead.
     *
     * @param local its address on this machine
     * @param remote its other end
     * @return true unless nothing has changed for it
     */
    public boolean includes(InetSocketAddress local, InetSocketAddress remote) {
        return !steady.contains(local.getAddress()) || !source(remote).equals(Optional.of(local.getAddress()));
    }

    /**
     * Says whether there is a route, so that a new connection has a chance where an old one may have none.
     *
     * @param remote the other end
     * @return true if this machine knows how to send there
     */
    public boolean hasRoute(InetSocketAddress remote) {
        return source(remote).isPresent();
    }

    private Optional<InetAddress> source(InetSocketAddress remote) {
        return sources.computeIfAbsent(remote, Affected::askForSource);
    }

    /** A datagram socket's connect sends nothing: it only chooses the route. */
    private static Optional<InetAddress> askForSource(InetSocketAddress remote) {
        boolean six = remote.getAddress() instanceof Inet6Address;
        try (DatagramChannel probe =
                DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
            probe.connect(remote);
            return Optional.of(((InetSocketAddress) probe.getLocalAddress()).getAddress());
        } catch (IOException noRoute) {
            return Optional.empty();
        }
    }
}
