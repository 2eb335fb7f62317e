package io.kubetun.plugin.dns;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Names;
import io.kubetun.spi.host.Effect;
import io.kubetun.spi.host.NameServers;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** Opens the sockets, of one address and port by UDP and TCP each, and makes the machine ask there. */
final class DnsMode implements Mode {
    /** How often another free port is tried, when any will do and the one of TCP is taken for UDP. */
    private static final int TRIES = 8;

    private final SessionContext session;
    private final DnsOptions options;
    private final Limits limits;
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private volatile List<Listening> listening = List.of();
    private volatile List<String> notes = List.of();

    DnsMode(SessionContext session, DnsOptions options, Limits limits) {
        this.session = session;
        this.options = options;
        this.limits = limits;
    }

    @Override
    public void start() throws KubetunException {
        Names names = session.cluster().names();
        Optional<SystemServer> system = options.system() ? Optional.of(new SystemServer(session)) : Optional.empty();
        NameSpaces spaces = new NameSpaces(system.map(SystemServer::labels).orElse(List.of()), this::servers);
        Forwarder forwarder = new Forwarder(spaces, limits);
        open.add(forwarder);
        Answering answering = new Answering(names, spaces, forwarder, limits);
        List<Listening> opened = new ArrayList<>();
        boolean started = false;
        try {
            if (options.listen().isPresent()) {
                opened.add(listening(listen(options.listen().get(), answering)));
            }
            if (system.isPresent()) {
                InetSocketAddress address = system.get().listen(each -> listen(each, answering));
                opened.add(listening(address));
                List<Effect> effects = system.get().announce(address);
                notes = system.get().notes(effects);
                session.progress()
                        .step("Names of " + names.domain() + " are known to all programs here, and as *."
                                + system.get().label() + ".");
            }
            if (!session.dryRun() && system.isPresent()) {
                forwarder.lookForLoops();
            }
            StandIn standIn = new StandIn(names, new ClusterServer(session, limits.patience()), limits);
            session.nameServing().begin(standIn);
            open.add(() -> session.nameServing().end(standIn));
            started = true;
            listening = List.copyOf(opened);
        } finally {
            if (!started) {
                stop();
            }
        }
    }

    /** The machine's name servers but for those that we answer as, or those that were asked for. */
    private NameServers servers() {
        NameServers machine = options.upstream().isEmpty() || options.system()
                ? session.host().nameServers()
                : new NameServers(List.of(), Map.of());
        List<InetSocketAddress> asked = options.upstream().isEmpty() ? machine.others() : options.upstream();
        List<InetSocketAddress> own = listening.stream().map(Listening::address).toList();
        return new NameServers(
                asked.stream().filter(server -> !own.contains(server)).toList(), machine.sessions());
    }

    private Listening listening(InetSocketAddress address) {
        return new Listening(address, "DNS of " + session.cluster().names().domain(), List.of());
    }

    private InetSocketAddress listen(InetSocketAddress wanted, Answering answering) throws KubetunException {
        for (int i = 1; ; i++) {
            FlowListener tcp = session.flows()
                    .listen(wanted, TcpQuestions.connections(answering, limits, new Semaphore(limits.connections())));
            try {
                open.add(session.flows().listenDatagrams(tcp.address(), new UdpQuestions(answering)));
                open.add(tcp);
                return tcp.address();
            } catch (KubetunException e) {
                tcp.close();
                if (wanted.getPort() != 0 || e.code() != ErrorCode.PORT_IN_USE || i == TRIES) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void stop() {
        listening = List.of();
        for (AutoCloseable each : open) {
            close(each);
        }
        open.clear();
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            throw new IllegalStateException("what the mode opened does not close", e);
        }
    }

    @Override
    public List<Listening> listening() {
        return listening;
    }

    @Override
    public List<String> notes() {
        return notes;
    }
}
