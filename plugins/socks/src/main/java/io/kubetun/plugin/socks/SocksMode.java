package io.kubetun.plugin.socks;

import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode;
import io.kubetun.spi.SessionContext;
import io.kubetun.spi.cluster.Cluster.Watch;
import io.kubetun.spi.cluster.ServiceSelection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Opens the listeners and gives each client its handshake. */
final class SocksMode implements Mode {
    private final SessionContext session;
    private final SocksOptions options;
    private final Limits limits;
    private final Handshakes handshakes;
    private final List<Open> listeners = new CopyOnWriteArrayList<>();
    private Optional<Watch> watch = Optional.empty();

    private record Open(FlowListener listener, String serves) {}

    SocksMode(SessionContext session, SocksOptions options, Limits limits) {
        this.session = session;
        this.options = options;
        this.limits = limits;
        this.handshakes = new Handshakes(limits.handshakes());
    }

    @Override
    public void start() throws KubetunException, InterruptedException {
        boolean started = false;
        try {
            InetSocketAddress socks = listen(
                    options.socks(),
                    "SOCKS5, SOCKS4a",
                    client -> add(client, new SocksHandshake(session, options.login(), limits)));
            Optional<PacFile> pac = options.pac().isPresent() || options.pacOnHttpConnect()
                    ? Optional.of(pacFile(socks))
                    : Optional.empty();
            if (options.httpConnect().isPresent()) {
                Optional<PacFile> here = options.pacOnHttpConnect() ? pac : Optional.empty();
                listenHttp(
                        options.httpConnect().get(),
                        here.isPresent() ? "HTTP CONNECT, /proxy.pac" : "HTTP CONNECT",
                        new HttpService(true, here));
            }
            if (options.pac().isPresent()) {
                listenHttp(options.pac().get(), "/proxy.pac", new HttpService(false, pac));
            }
            started = true;
        } finally {
            if (!started) {
                stop();
            }
        }
    }

    @Override
    public void stop() {
        listeners.forEach(open -> open.listener().close());
        listeners.clear();
        handshakes.closeAll();
        watch.ifPresent(Watch::close);
        watch = Optional.empty();
    }

    @Override
    public List<Listening> listening() {
        List<Listening> all = new ArrayList<>();
        for (Open open : listeners) {
            all.add(new Listening(open.listener().address(), open.serves(), List.of()));
        }
        return List.copyOf(all);
    }

    /** How many clients have not yet completed their request. */
    int handshakes() {
        return handshakes.size();
    }

    private void listenHttp(InetSocketAddress address, String serves, HttpService service) throws KubetunException {
        listen(
                address,
                serves,
                client -> add(
                        client, HttpHandshake.decoder(), new HttpHandshake(session, options.login(), service, limits)));
    }

    private void add(Channel client, ChannelHandler... decoders) {
        client.pipeline().addLast(decoders).addLast(new HandshakeGuard(handshakes, limits.handshakeTime()));
    }

    private InetSocketAddress listen(InetSocketAddress address, String serves, Consumer<Channel> accept)
            throws KubetunException {
        FlowListener listener = session.flows().listen(address, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel client) {
                accept.accept(client);
            }
        });
        listeners.add(new Open(listener, serves));
        return listener.address();
    }

    private PacFile pacFile(InetSocketAddress socks) throws InterruptedException {
        String namespace = session.cluster().identity().namespace();
        ClusterNames names = new ClusterNames(namespace);
        try {
            watch = Optional.of(
                    session.cluster().watchServices(new ServiceSelection(Set.of(namespace), "", ""), names));
        } catch (KubetunException e) {
            session.progress()
                    .step("/proxy.pac has no short names of Services, only *.svc and *.cluster.local: "
                            + e.getMessage());
        }
        return new PacFile(socks, names::snapshot);
    }
}
