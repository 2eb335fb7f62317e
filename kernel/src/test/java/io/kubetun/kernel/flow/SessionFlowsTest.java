package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.Await;
import io.kubetun.spi.DialException;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Target;
import io.kubetun.spi.event.Event;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners, limits and the dialer. */
@Timeout(60)
class SessionFlowsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void resetsWhatIsAboveTheLimitAndCountsIt() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3)) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(fixture.connect());
                fixture.accept();
            }
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> use(fixture)).isInstanceOf(IOException.class);
            }
            assertThat(fixture.counts.refused()).isEqualTo(20);
            assertThat(fixture.told).hasSizeBetween(1, 10).allMatch(line -> line.contains("3 connections are open"));
            clients.getFirst().close();
            Await.until("a place is free", SOON, () -> fixture.counts.open() == 2);
            // The dialled end has a limit of its own, and may be a moment behind.
            AtomicBoolean served = new AtomicBoolean();
            Await.until("a place is free at both ends", SOON, () -> {
                served.compareAndSet(false, !served.get() && isServed(fixture));
                return served.get();
            });
        }
    }

    private static boolean isServed(FlowsFixture fixture) {
        try (Socket next = fixture.connect();
                Socket server = fixture.accept(500)) {
            server.getOutputStream().write(7);
            return next.getInputStream().read() == 7;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void doesNotGrowWithManyConnectionsOpenedAndLeft() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 100)) {
            InetSocketAddress idle = fixture.flows
                    .listen(loopback(0), new ChannelInboundHandlerAdapter() {
                        @Override
                        public boolean isSharable() {
                            return true;
                        }
                    })
                    .address();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                clients.add(new Socket(idle.getAddress(), idle.getPort()));
            }
            Await.until("all above the limit are reset", SOON, () -> fixture.counts.refused() == 900);
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void saysWhichPortIsInUse() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3)) {
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(() -> fixture.flows.listen(fixture.entrance, new ChannelInboundHandlerAdapter()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
                    .withMessageContaining("127.0.0.1:" + fixture.entrance.getPort())
                    .withMessageContaining("ss -ltnp");
        }
    }

    @Test
    void saysThatAnAddressIsNotOfThisMachine() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3)) {
            InetSocketAddress foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0);
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(() -> fixture.flows.listen(foreign, new ChannelInboundHandlerAdapter()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LISTEN_FAILED))
                    .withMessageContaining("ip -brief address");
        }
    }

    @Test
    void acceptsOnASocketThatTheHelperOpened() throws Exception {
        assumeTrue(Epoll.isAvailable(), "only epoll takes over a descriptor");
        try (FlowsFixture fixture = new FlowsFixture(true, 3)) {
            ChannelHandler forward = new ForwardingHandler(
                    fixture.flows,
                    fixture.dialer,
                    new Target.Address(fixture.server.getInetAddress(), fixture.server.getLocalPort()));
            Channel listener = new ListenerOpener(fixture.transport, new LoopbackHost())
                    .takeOver(
                            loopback(0),
                            fixture.transport.eventLoops(),
                            new AcceptedConnections(fixture.flows, forward));
            InetSocketAddress address = (InetSocketAddress) listener.localAddress();
            assertThat(address.getAddress().isLoopbackAddress()).isTrue();
            try (Socket client = new Socket(address.getAddress(), address.getPort());
                    Socket server = fixture.accept()) {
                client.getOutputStream().write(3);
                assertThat(server.getInputStream().read()).isEqualTo(3);
            }
            listener.close().sync();
        }
    }

    /** A client that says all at once and ends its side, while the dial is still under way. */
    @Test
    void losesNothingThatComesWithAFinDuringTheDial() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3)) {
            for (int i = 0; i < 200; i++) {
                try (Socket client = fixture.connect()) {
                    client.getOutputStream().write(new byte[1000]);
                    client.shutdownOutput();
                    try (Socket server = fixture.accept()) {
                        assertThat(server.getInputStream().readAllBytes()).hasSize(1000);
                        server.getOutputStream().write(4);
                    }
                    assertThat(client.getInputStream().readAllBytes()).containsExactly(4);
                }
            }
        }
    }

    @Test
    void countsAndTellsFailedDials() throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3)) {
            fixture.events.subscribe("test", events::add);
            InetSocketAddress nowhere = fixture.listen(Target.of("nowhere", 80));
            try (Socket client = new Socket(nowhere.getAddress(), nowhere.getPort())) {
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            }
            assertThat(fixture.counts.failed(DialException.Reason.UNKNOWN_NAME)).isEqualTo(1);
            assertThat(fixture.counts.failed()).isEqualTo(1);
            Await.until(
                    "it is told",
                    SOON,
                    () -> events.stream()
                            .anyMatch(event -> event instanceof Event.DialFailed failed
                                    && failed.reason() == DialException.Reason.UNKNOWN_NAME
                                    && failed.message().contains("nowhere")));
        }
    }

    @Test
    void cutsAllFlowsAtTheEndAndTakesNoNewOnes() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            server.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            fixture.flows.close();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(fixture::connect).isInstanceOf(IOException.class);
            assertThat(fixture.counts.open()).isZero();
        }
    }

    @Test
    void keepsOpenFlowsWhenAListenerCloses() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 3);
                Socket client = fixture.connect();
                Socket server = fixture.accept()) {
            server.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            fixture.flows.stopIntake();
            server.getOutputStream().write(2);
            assertThat(client.getInputStream().read()).isEqualTo(2);
            assertThatThrownBy(fixture::connect).isInstanceOf(IOException.class);
        }
    }

    private static void use(FlowsFixture fixture) throws IOException {
        try (Socket client = fixture.connect()) {
            client.getOutputStream().write(1);
            if (client.getInputStream().read() < 0) {
                throw new IOException("closed");
            }
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }
}
