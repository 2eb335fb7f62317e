package io.kubetun.host.tun;

import io.kubetun.host.natives.TunDescriptor;
import io.kubetun.host.tun.TunSystem.Way;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A route into a TUN device. It goes with the device, so that after a crash there is nothing to take back. Thread-safe.
 */
public final class TunRoute implements Effect {
    /** The kind. */
    public static final String KIND = "route";

    static final String DEVICE = "device";
    static final String DESTINATION = "destination";

    /** A shorter prefix takes in more than a cluster has. */
    private static final int SHORTEST = 8;

    private static final int SHORTEST_V6 = 7;

    private final TunSettings tun;
    private final Cidr destination;
    private final List<InetAddress> never;
    private final int shortest;
    private final TunSystem system = TunSystem.here();
    private Optional<Way> made = Optional.empty();

    /**
     * Describes a route.
     *
     * @param tun the device
     * @param destination where to
     * @param never addresses that it must not take in
     */
    public TunRoute(TunSettings tun, Cidr destination, List<InetAddress> never) {
        this(tun, destination, never, destination.v6() ? SHORTEST_V6 : SHORTEST);
    }

    /**
     * Describes a default route, of a network that has no other way out.
     *
     * @param tun the device
     * @param destination all addresses of a family
     * @return the route
     */
    public static TunRoute everything(TunSettings tun, Cidr destination) {
        return new TunRoute(tun, destination, List.of(), 0);
    }

    private TunRoute(TunSettings tun, Cidr destination, List<InetAddress> never, int shortest) {
        this.tun = tun;
        this.destination = destination;
        this.never = List.copyOf(never);
        this.shortest = shortest;
    }

    /**
     * Returns the device.
     *
     * @return its settings
     */
    public TunSettings tun() {
        return tun;
    }

    /**
     * Returns where it leads.
     *
     * @return the range
     */
    public Cidr destination() {
        return destination;
    }

    /**
     * Returns what it must not take in.
     *
     * @return addresses
     */
    public List<InetAddress> never() {
        return never;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String key() {
        return destination + " dev " + tun.name();
    }

    @Override
    public String preview() {
        return "route " + key();
    }

    @Override
    public Map<String, String> data() {
        return Map.of(DEVICE, tun.name(), DESTINATION, destination.toString());
    }

    @Override
    public boolean keptByHelper() {
        return false;
    }

    /**
     * Refuses what no cluster needs: defaults, and ranges with addresses that it must not take in.
     *
     * @throws KubetunException if it is refused
     */
    public void check() throws KubetunException {
        if (destination.prefix() < shortest) {
            throw refused("it would take in most of the network");
        }
        for (InetAddress address : never) {
            if (destination.contains(address)) {
                throw refused("the API server has the address " + address.getHostAddress());
            }
        }
    }

    @Override
    public synchronized void apply() throws KubetunException {
        check();
        String device = system.name(tun);
        Way way = new Way(tun, device, TunDescriptor.index(device), destination);
        made = Optional.of(way).filter(there -> there.index() > 0);
        system.addRoute(way);
    }

    @Override
    public synchronized void undo() throws KubetunException {
        if (made.isPresent()
                && TunDescriptor.index(made.get().device()) == made.get().index()) {
            system.deleteRoute(made.get());
        }
    }

    private KubetunException refused(String why) {
        return new KubetunException(
                ErrorCode.HOST_CHANGE,
                "will not add the route " + key(),
                why,
                "Leave it out: --exclude-cidr " + destination);
    }
}
