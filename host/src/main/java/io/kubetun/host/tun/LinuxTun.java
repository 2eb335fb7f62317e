package io.kubetun.host.tun;

import io.kubetun.host.natives.Errno;
import io.kubetun.host.natives.LocalConnections;
import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.RouteRequests;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.natives.TunPackets;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux: {@code /dev/net/tun} and rtnetlink.
 *
 * @param proc {@code /proc}
 */
record LinuxTun(Path proc) implements TunSystem {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxTun.class);
    private static final int PREFIX = 30;
    private static final int PREFIX_V6 = 126;

    @Override
    public List<Route> routes() throws KubetunException {
        return new RouteTable(proc).routes();
    }

    @Override
    public String preview(TunSettings settings) {
        return "device " + settings.name() + ": TUN, MTU " + TunSettings.MTU + ", address "
                + settings.local(false).getHostAddress() + "/" + PREFIX
                + (settings.v6() ? " and " + settings.local(true).getHostAddress() + "/" + PREFIX_V6 : "")
                + ", up";
    }

    @Override
    public Made make(TunSettings settings) throws KubetunException {
        int descriptor;
        try {
            descriptor = TunDescriptor.create(settings.name());
        } catch (NativeException e) {
            throw TunFailures.creating(settings, e);
        }
        try {
            int index = TunDescriptor.index(settings.name());
            RouteRequests.addAddress(index, settings.local(false), PREFIX);
            if (settings.v6()) {
                RouteRequests.addAddress(index, settings.local(true), PREFIX_V6);
            }
            RouteRequests.setUp(index, TunSettings.MTU);
            return new Made(descriptor, settings.name(), index);
        } catch (NativeException e) {
            TunDescriptor.close(descriptor);
            throw TunFailures.creating(settings, e);
        }
    }

    @Override
    public void remove(Made made) throws KubetunException {
        try {
            RouteRequests.delete(made.index());
        } catch (NativeException e) {
            if (TunDescriptor.index(made.name()) == made.index()) {
                throw TunFailures.removing(made.name(), e.getMessage(), "sudo ip link delete " + made.name(), e);
            }
        }
    }

    @Override
    public void endConnections(TunSettings settings) {
        Set<InetAddress> own = Set.of(settings.local(false), settings.local(true));
        try (LocalConnections table = new LocalConnections()) {
            List<LocalConnections.Connection> left = table.of(own);
            for (InetAddress address : own) {
                // In this order, so that the list holds nothing of a device that takes the address from now on.
                if (NetworkInterface.getByInetAddress(address) != null) {
                    LOG.info("{} is another device's: its connections are left alone", address.getHostAddress());
                    return;
                }
            }
            for (LocalConnections.Connection connection : left) {
                table.end(connection);
            }
            LOG.debug("{} connections by {} are ended", left.size(), settings.name());
        } catch (IOException | LinkageError e) {
            LOG.warn(
                    "connections of programs by {} will only end by their time-out: {}", settings.name(), e.toString());
        }
    }

    @Override
    public String name(TunSettings settings) {
        return settings.name();
    }

    @Override
    public PacketDevice packets(TunSettings settings, int descriptor) throws IOException {
        return new TunPackets(settings.name(), descriptor);
    }

    @Override
    public void addRoute(Way way) throws KubetunException {
        Cidr destination = way.destination();
        try {
            RouteRequests.addRoute(
                    way.index(),
                    destination.network(),
                    destination.prefix(),
                    way.tun().local(destination.v6()));
        } catch (NativeException e) {
            throw TunFailures.adding(
                    way,
                    e.errno() == Errno.EPERM,
                    e.errno() == Errno.EEXIST ? TunFailures.THERE : e.getMessage(),
                    "ip route show " + destination,
                    e);
        }
    }

    @Override
    public void deleteRoute(Way way) throws KubetunException {
        try {
            RouteRequests.deleteRoute(
                    way.index(), way.destination().network(), way.destination().prefix());
        } catch (NativeException e) {
            if (e.errno() != Errno.ESRCH && e.errno() != Errno.ENODEV) {
                throw TunFailures.deleting(way, e.getMessage(), "sudo ip route delete " + way, e);
            }
        }
    }
}
