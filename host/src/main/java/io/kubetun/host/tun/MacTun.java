package io.kubetun.host.tun;

import io.kubetun.host.natives.NativeException;
import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.natives.UtunDescriptor;
import io.kubetun.host.natives.UtunPackets;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.TunSettings;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/**
 * macOS: utun devices, ifconfig(8), route(8) and netstat(1). The system names the devices; one of kubetun is known by its
 * address. Experimental.
 */
record MacTun() implements TunSystem {
    private static final String IFCONFIG = "/sbin/ifconfig";
    private static final String ROUTE = "/sbin/route";
    private static final String NETSTAT = "/usr/sbin/netstat";
    private static final String PREFIX_V6 = "126";

    @Override
    public List<Route> routes() throws KubetunException {
        MacCommand command = MacCommand.of(NETSTAT, "-rn");
        try {
            return MacRoutes.read(command.run());
        } catch (IOException e) {
            throw new KubetunException(
                    ErrorCode.HOST_CHANGE,
                    "cannot read the routes of this machine",
                    String.valueOf(e.getMessage()),
                    "Look whether you can: " + command,
                    e);
        }
    }

    @Override
    public String preview(TunSettings settings) {
        return "device utun, the next free one: MTU " + TunSettings.MTU + ", address "
                + settings.local(false).getHostAddress() + " to "
                + settings.peer(false).getHostAddress()
                + (settings.v6() ? " and " + settings.local(true).getHostAddress() + "/" + PREFIX_V6 : "")
                + ", up";
    }

    @Override
    public Made make(TunSettings settings) throws KubetunException {
        int descriptor;
        String name;
        try {
            descriptor = UtunDescriptor.create();
        } catch (NativeException e) {
            throw TunFailures.creatingUtun(settings, e);
        }
        try {
            name = UtunDescriptor.name(descriptor);
            for (MacCommand command : addressing(settings, name)) {
                command.run();
            }
            return new Made(descriptor, name, TunDescriptor.index(name));
        } catch (IOException e) {
            TunDescriptor.close(descriptor);
            throw TunFailures.addressingUtun(settings, e);
        }
    }

    /** What gives a device its addresses and sets it up. */
    static List<MacCommand> addressing(TunSettings settings, String name) {
        List<MacCommand> commands = new ArrayList<>();
        commands.add(MacCommand.of(
                IFCONFIG,
                name,
                "inet",
                settings.local(false).getHostAddress(),
                settings.peer(false).getHostAddress(),
                "netmask",
                "255.255.255.255",
                "mtu",
                Integer.toString(TunSettings.MTU),
                "up"));
        if (settings.v6()) {
            commands.add(MacCommand.of(
                    IFCONFIG, name, "inet6", settings.local(true).getHostAddress(), "prefixlen", PREFIX_V6, "alias"));
        }
        return commands;
    }

    /** It goes when the other process closes it; until then nothing is led there. */
    @Override
    public void remove(Made made) throws KubetunException {
        MacCommand command = MacCommand.of(IFCONFIG, made.name(), "down");
        try {
            command.run();
        } catch (IOException e) {
            if (TunDescriptor.index(made.name()) == made.index()) {
                throw TunFailures.removing(made.name(), String.valueOf(e.getMessage()), "sudo " + command, e);
            }
        }
    }

    @Override
    public String name(TunSettings settings) {
        try {
            NetworkInterface found = NetworkInterface.getByInetAddress(settings.local(false));
            return found == null ? settings.name() : found.getName();
        } catch (SocketException e) {
            return settings.name();
        }
    }

    @Override
    public PacketDevice packets(TunSettings settings, int descriptor) throws IOException {
        return new UtunPackets(UtunDescriptor.name(descriptor), descriptor);
    }

    static MacCommand routing(String change, Way way) {
        Cidr destination = way.destination();
        return MacCommand.of(
                ROUTE,
                "-n",
                change,
                destination.v6() ? "-inet6" : "-inet",
                destination.toString(),
                "-interface",
                way.device());
    }

    @Override
    public void addRoute(Way way) throws KubetunException {
        try {
            routing("add", way).run();
        } catch (IOException e) {
            String said = String.valueOf(e.getMessage());
            throw TunFailures.adding(
                    way,
                    said.contains("must be root"),
                    said.contains("File exists") ? TunFailures.THERE : said,
                    "route -n get " + (way.destination().v6() ? "-inet6 " : "")
                            + way.destination().network().getHostAddress(),
                    e);
        }
    }

    @Override
    public void deleteRoute(Way way) throws KubetunException {
        MacCommand command = routing("delete", way);
        try {
            command.run();
        } catch (IOException e) {
            String said = String.valueOf(e.getMessage());
            if (!said.contains("not in table")) {
                throw TunFailures.deleting(way, said, "sudo " + command, e);
            }
        }
    }
}
