package io.kubetun.kube.portforward;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.network.Affected;
import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.host.NetworkChange;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of connections to pods when the network has changed. */
class NetworkChangeTest {
    private static final Affected ALL = Affected.by(NetworkChange.ofEverything());
    private static final Affected OTHERS = Affected.by(new NetworkChange(Set.of("none0")));

    private TestNode node;
    private SocketTransport transport;
    private Sockets echo;
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode();
        transport = new SocketTransport(1);
        echo = Sockets.echo();
        loop = transport.eventLoops().next();
    }

    @AfterEach
    void stop() throws Exception {
        echo.close();
        transport.close();
        node.close();
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void aDeadConnectionIsReplacedSoon(WireFormat format) throws Exception {
        try (PortForwarder forwarder = forwarder(format)) {
            Received old = open(forwarder);
            node.stopAnswering();
            long start = System.nanoTime();
            forwarder.networkChanged(ALL);
            old.awaitClosed();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(old.failure().orElseThrow()).hasMessageContaining("no sign of life after the network changed");
            node.answer();
            exchange(open(forwarder));
        }
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void aLivingConnectionStays(WireFormat format) throws Exception {
        try (PortForwarder forwarder = forwarder(format)) {
            Received flow = open(forwarder);
            forwarder.networkChanged(ALL);
            afterTheProbe();
            exchange(flow);
        }
    }

    @ParameterizedTest
    @EnumSource(value = WireFormat.class, names = "SPDY")
    void aChangeElsewhereAsksNothing(WireFormat format) throws Exception {
        try (PortForwarder forwarder = forwarder(format)) {
            Received flow = open(forwarder);
            node.stopAnswering();
            forwarder.networkChanged(OTHERS);
            afterTheProbe();
            assertThat(flow.channel().isActive()).isTrue();
        }
    }

    /** The loop's own clock says when the time for an answer is over. */
    private void afterTheProbe() {
        loop.schedule(() -> {}, Link.PROBE_NANOS * 3 / 2, TimeUnit.NANOSECONDS).syncUninterruptibly();
    }

    private PortForwarder forwarder(WireFormat format) {
        return new PortForwarder(
                new PlainServer(node.port()),
                new ClusterEnvironment("s1", transport, new RecordedEvents(), line -> {}, Map.of()),
                Optional.of(format));
    }

    private Received open(PortForwarder forwarder) throws Exception {
        Promise<Received> received = loop.newPromise();
        loop.execute(() -> forwarder
                .dial(new PodPort("shop", "web-1", echo.port()), loop)
                .addListener((Future<Channel> dialled) -> {
                    if (dialled.isSuccess()) {
                        received.setSuccess(Received.from(dialled.getNow()));
                    } else {
                        received.setFailure(dialled.cause());
                    }
                }));
        return received.get(20, TimeUnit.SECONDS);
    }

    private static void exchange(Received flow) throws Exception {
        flow.write(new byte[] {1, 2, 3});
        flow.awaitBytes(3);
    }
}
