package io.kubetun.plugin.tun;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.ClusterAddresses;
import io.kubetun.spi.host.Cidr;
import io.kubetun.spi.host.PacketDevice;
import io.kubetun.spi.host.Route;
import io.kubetun.spi.host.Translation;
import io.kubetun.spi.host.Tun;
import io.kubetun.spi.host.TunSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A TUN device with routes to the cluster's addresses, and what answers behind it. */
final class TunMode implements Mode {
    private static final Set<Count> NOT_SERVED = EnumSet.of(Count.UDP, Count.ECHO);
    /** Not OTHER: of those this machine sends some by itself, to find IPv6 routers. */
    private static final Set<Count> DROPPED =
            EnumSet.complementOf(EnumSet.of(Count.UDP, Count.ECHO, Count.REFUSED, Count.UNREACHABLE, Count.OTHER));

    private final SessionContext session;
    private final TunOptions options;
    private final FlowTable table = new FlowTable();
    private final Counts counts = new Counts();
    private final TunFlows flows;
    private final Loops loops;
    private final ApiServerOnLoopback server;
    private volatile Optional<Datagrams> datagrams = Optional.empty();
    private volatile List<String> ranges = List.of();
    private volatile List<Translation> translations = List.of();
    private volatile boolean started;

    TunMode(SessionContext session, TunOptions options) {
        this.session = session;
        this.options = options;
        this.loops = new Loops(session.flows());
        this.flows = new TunFlows(session, table, loops);
        this.server = new ApiServerOnLoopback(session);
    }

    @Override
    public void start() throws KubetunException, InterruptedException {
        List<InetAddress> apiServer = apiServer();
        boolean own = session.host().ownNetwork();
        List<Route> machine = session.host().routes();
        List<Route> existing = own ? List.of() : machine;
        ClusterAddresses addresses = session.cluster().addresses();
        RangePlan plan = RangePlan.of(addresses, options, apiServer, existing);
        int number = options.device().isPresent() ? options.device().get() : DeviceNumbers.firstFree(existing);
        List<Cidr> leading = own ? Everything.of(machine, plan.routes()) : plan.routes();
        TunSettings settings = new TunSettings(number, leading.stream().anyMatch(Cidr::v6));
        Tun tun = session.host().tun(settings);
        session.effects().apply(tun.effect());
        String name = settings.name();
        if (!session.dryRun()) {
            Ways ways = new Ways(session.dialer(), own ? session.flows().outside() : session.dialer(), plan.routes());
            Questions questions = new Questions(session.nameServing()::now, addresses.nameServers());
            flows.answer(questions::answering);
            PacketDevice device = tun.open();
            name = device.name();
            open(settings, device, ways, questions);
            if (own) {
                server.open(session.cluster().identity().server(), apiServer);
            }
        }
        for (Translation translation : plan.translations()) {
            session.translations().add(translation);
        }
        translations = plan.translations();
        for (Cidr range : leading) {
            session.effects().apply(session.host().route(settings, range, apiServer));
        }
        ranges = plan.told();
        started = true;
        session.progress().step(name + " leads to " + String.join(", ", ranges) + ".");
    }

    /** What fails here is undone with the mode's scope; the device is only ours until the bus has it. */
    private void open(TunSettings settings, PacketDevice device, Ways ways, Questions questions)
            throws KubetunException {
        boolean attached = false;
        try {
            List<Integer> ports = flows.listen(settings.local(false));
            List<Integer> ports6 = settings.v6() ? flows.listen(settings.local(true)) : List.of();
            Destinations destinations = new Destinations(session.translations());
            Outlet outlet = new Outlet(device, counts);
            Datagrams udp = new Datagrams(ways::to, destinations, questions, loops, outlet);
            datagrams = Optional.of(udp);
            PacketTraffic[] self = new PacketTraffic[1];
            self[0] = new PacketTraffic(
                    outlet,
                    settings,
                    table,
                    ports,
                    ports6,
                    held -> flows.dial(held, ways.to(held.target().ip()), self[0]),
                    destinations,
                    udp,
                    new Echoes(ways::to, destinations, loops, outlet));
            session.packets().attach(device, self[0]);
            attached = true;
        } finally {
            if (!attached) {
                device.close();
            }
        }
    }

    /** Listeners only: the device carries the resets of the flows that are then cut, and ends with the mode's scope. */
    @Override
    public void stop() {
        server.close();
        translations.forEach(session.translations()::remove);
        flows.close();
        datagrams.ifPresent(Datagrams::close);
    }

    @Override
    public List<Listening> listening() {
        return flows.addresses().stream()
                .limit(1)
                .map(address -> new Listening(address, "TCP to the cluster's addresses", List.of()))
                .toList();
    }

    @Override
    public List<String> notes() {
        if (!started) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        notes.add("leads to " + String.join(", ", ranges)
                + (session.host().ownNetwork() ? "; other addresses are reached as from outside of the shell" : ""));
        String unserved = counts.text(NOT_SERVED);
        if (session.dialer().tcpOnly()) {
            notes.add("TCP and questions of DNS to Services and pods only; other UDP, ping and other addresses need a"
                    + " gateway: sudo kubetun connect --gateway auto"
                    + (unserved.isEmpty() ? "" : " (refused so far: " + unserved + ")"));
        }
        String dropped = counts.text(DROPPED);
        if (!dropped.isEmpty()) {
            notes.add("dropped so far: " + dropped);
        }
        return notes;
    }

    private List<InetAddress> apiServer() throws KubetunException {
        String host = session.cluster().identity().server().getHost();
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new KubetunException(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "the API server's address is not known",
                    "no name server knows " + host,
                    "Type: kubetun doctor",
                    e);
        }
    }
}
