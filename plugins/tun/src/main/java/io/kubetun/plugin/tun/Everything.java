package io.kubetun.plugin.tun;

import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Route;
import java.util.ArrayList;
import java.util.List;

/** The routes of a network that has no other way out than the device. */
final class Everything {
    private static final Cidr V4 = Cidr.of("0.0.0.0/0");
    private static final Cidr V6 = Cidr.of("::/0");

    private Everything() {}

    /** IPv6 only where it leads somewhere: programs try it first. */
    static List<Cidr> of(List<Route> machine, List<Cidr> cluster) {
        List<Cidr> all = new ArrayList<>(List.of(V4));
        boolean v6 = machine.stream().anyMatch(route -> route.destination().equals(V6));
        if (v6 || cluster.stream().anyMatch(Cidr::v6)) {
            all.add(V6);
        }
        return List.copyOf(all);
    }
}
