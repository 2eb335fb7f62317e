package io.kubetun.plugin.dns;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Names;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Opens the sockets, of one address and port by UDP and TCP. */
final class DnsMode implements Mode {
    /** How often another free port is tried, when any will do and the one of TCP is taken for UDP. */
    private static final int TRIES = 8;

    private final SessionContext session;
    private final DnsOptions options;
    private final Limits limits;
    private final Path resolvConf;
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private volatile List<Listening> listening = List.of();

    DnsMode(SessionContext session, DnsOptions options, Limits limits) {
        this(session, options, limits, ResolvConf.FILE);
    }

    DnsMode(SessionContext session, DnsOptions options, Limits limits, Path resolvConf) {
        this.session = session;
        this.options = options;
        this.limits = limits;
        this.resolvConf = resolvConf;
    }

    @Override
    public void start() throws KubetunException {
        Names names = session.cluster().names();
        boolean own = session.host().ownNetwork();
        // In a network of its own nobody asks us who is asked here: the same address is another's.
        Set<InetSocketAddress> ours = own ? Set.of() : Set.of(options.listen());
        Supplier<List<InetSocketAddress>> servers =
                options.upstream().isEmpty() ? new ResolvConf(resolvConf, ours) : options::upstream;
        Forwarder forwarder = new Forwarder(servers, limits);
        open.add(forwarder);
        Answering answering = new Answering(names, forwarder, limits);
        try {
            InetSocketAddress address = listen(answering);
            if (own) {
                session.effects().apply(session.host().nameServer(address.getAddress(), search(names.domain())));
            }
            listening = List.of(new Listening(address, "DNS of " + names.domain(), List.of()));
        } finally {
            if (listening.isEmpty()) {
                stop();
            }
        }
    }

    /** As in a pod of the session's namespace. */
    private List<String> search(String domain) {
        String services = "svc." + domain;
        return List.of(session.cluster().identity().namespace() + "." + services, services, domain);
    }

    private InetSocketAddress listen(Answering answering) throws KubetunException {
        for (int i = 1; ; i++) {
            FlowListener tcp = session.flows().listen(options.listen(), TcpQuestions.connections(answering, limits));
            try {
                open.add(session.flows().listenDatagrams(tcp.address(), new UdpQuestions(answering)));
                open.add(tcp);
                return tcp.address();
            } catch (KubetunException e) {
                tcp.close();
                if (options.listen().getPort() != 0 || e.code() != ErrorCode.PORT_IN_USE || i == TRIES) {
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
}
