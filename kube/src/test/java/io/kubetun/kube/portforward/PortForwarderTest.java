package io.kubetun.kube.portforward;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.kube.portforward.PodDialer.PodPort;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.cluster.ClusterEnvironment;
import io.kubetun.spi.event.Event;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PortForwarderTest {
    /** Shorter than a dial's time-out; long for a machine that has other things to do. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private TestNode node;
    private SocketTransport transport;
    private RecordedEvents events;
    private PlainServer server;
    private EventLoop loop;
    private PortForwarder forwarder;

    @BeforeEach
    void start() throws InterruptedException {
        node = new TestNode();
        transport = new SocketTransport(1);
        events = new RecordedEvents();
        server = new PlainServer(node.port());
        loop = transport.eventLoops().next();
        forwarder = forwarder(Optional.empty());
    }

    private PortForwarder forwarder(Optional<WireFormat> format) {
        return new PortForwarder(server, new ClusterEnvironment("s1", transport, events, line -> {}, Map.of()), format);
    }

    @AfterEach
    void stop() {
        forwarder.close();
        transport.close();
        node.close();
    }

    /** On the loop, so that nothing of a flow happens before it is looked at. */
    private Future<Received> dial(int port) {
        Promise<Received> received = loop.newPromise();
        loop.execute(() -> forwarder
                .dial(new PodPort("shop", "web-1", port), loop)
                .addListener((Future<Channel> dialled) -> {
                    if (dialled.isSuccess()) {
                        received.setSuccess(Received.from(dialled.getNow()));
                    } else {
                        received.setFailure(dialled.cause());
                    }
                }));
        return received.awaitUninterruptibly();
    }

    private Received open(int port) {
        Future<Received> dialled = dial(port);
        assertThat(dialled.cause()).isNull();
        return dialled.getNow();
    }

    /** Cuts the connections at the node's end and waits until the client has noticed. */
    private void cutConnections() {
        node.cutConnections();
        await(() -> transport.live() == 0);
    }

    private DialException refusal(int port) {
        Throwable cause = dial(port).cause();
        assertThat(cause).isInstanceOf(DialException.class);
        return (DialException) cause;
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void carriesBytesBothWaysInEachFormat(WireFormat format) throws Exception {
        forwarder = forwarder(Optional.of(format));
        byte[] sent = new byte[10_000_000];
        new Random(7).nextBytes(sent);
        try (Sockets echo = Sockets.echo()) {
            Received received = open(echo.port());
            received.write(sent);
            received.awaitBytes(sent.length);
            assertThat(received.bytes()).isEqualTo(sent);
            received.channel().close().syncUninterruptibly();
        }
        assertThat(forwarder.format("shop")).contains(format);
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void refusesAClosedPortSoon(WireFormat format) throws Exception {
        forwarder = forwarder(Optional.of(format));
        int closed = Sockets.closedPort();
        try (Sockets echo = Sockets.echo()) {
            open(echo.port());
        }
        long start = System.nanoTime();
        assertThat(refusedInTheEnd(closed)).isEqualTo(Reason.REFUSED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }

    /** On a machine that is too busy for the grace, the refusal comes as the reset of an open flow. */
    private Reason refusedInTheEnd(int port) throws InterruptedException {
        Future<Received> dialled = dial(port);
        if (dialled.cause() instanceof DialException refusal) {
            return refusal.reason();
        }
        Received received = dialled.getNow();
        received.awaitClosed();
        return received.failure().orElseThrow().reason();
    }

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void servesAServerThatSpeaksFirstAndThenEnds(WireFormat format) throws Exception {
        forwarder = forwarder(Optional.of(format));
        try (Sockets greeter = new Sockets(
                socket -> socket.getOutputStream().write("220 hello".getBytes(StandardCharsets.US_ASCII)))) {
            Received received = open(greeter.port());
            received.awaitEnd();
            assertThat(received.text()).isEqualTo("220 hello");
            assertThat(received.failure()).isEmpty();
        }
    }

    @Test
    void holdsTheEndBackUntilASlowAnswerIsThere() throws Exception {
        try (Sockets slow = new Sockets(socket -> {
            byte[] request = socket.getInputStream().readNBytes(4);
            // Longer than the second after which a node cuts a half-closed flow.
            Thread.sleep(1_500);
            socket.getOutputStream().write(request);
        })) {
            Received received = open(slow.port());
            received.write("ping".getBytes(StandardCharsets.US_ASCII));
            ((DuplexChannel) received.channel()).shutdownOutput().syncUninterruptibly();
            received.awaitEnd();
            assertThat(received.text()).isEqualTo("ping");
        }
    }

    @Test
    void losesNothingOfALongAnswerToAHalfClosedClient() throws Exception {
        byte[] sent = new byte[3_000_000];
        try (Sockets echo = Sockets.echo()) {
            Received received = open(echo.port());
            received.write(sent);
            ((DuplexChannel) received.channel()).shutdownOutput();
            received.awaitBytes(sent.length);
        }
    }

    @Test
    void takesTheNextFormatAfterA403AndRemembersIt() throws Exception {
        node.refuse(WireFormat.SPDY, HttpResponseStatus.FORBIDDEN);
        try (Sockets echo = Sockets.echo()) {
            open(echo.port()).channel().close().syncUninterruptibly();
            assertThat(forwarder.format("shop")).contains(WireFormat.SPDY_IN_WEBSOCKET);
            cutConnections();
            open(echo.port());
        }
        String path = "/k8s/clusters/c-1/api/v1/namespaces/shop/pods/web-1/portforward";
        assertThat(node.requests()).containsExactly("POST " + path, "GET " + path, "GET " + path);
    }

    @Test
    void goesThroughAProxyThatResolvesTheServersName() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (Sockets echo = Sockets.echo();
                Sockets proxy = new Sockets(socket -> tunnel(socket, asked))) {
            server = new PlainServer(
                    node.port(),
                    Optional.of(URI.create("http://me:secret@127.0.0.1:" + proxy.port())),
                    new AtomicInteger());
            forwarder = forwarder(Optional.empty());
            Received received = open(echo.port());
            received.write("hello".getBytes(StandardCharsets.US_ASCII));
            received.awaitBytes(5);
            assertThat(received.text()).isEqualTo("hello");
            received.channel().close().syncUninterruptibly();
        }
        assertThat(asked)
                .contains("CONNECT 127.0.0.1:" + node.port() + " HTTP/1.1", "proxy-authorization: Basic bWU6c2VjcmV0");
    }

    private void tunnel(Socket client, List<String> asked) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            if (next < 0) {
                return;
            }
            head.append((char) next);
        }
        asked.addAll(head.toString().lines().toList());
        try (Socket target = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.ofVirtual().start(() -> {
                try {
                    target.getInputStream().transferTo(client.getOutputStream());
                } catch (IOException closed) {
                    // The test is over.
                }
            });
            client.getInputStream().transferTo(target.getOutputStream());
        }
    }

    @Test
    void namesTheMissingVerbsWhenAllIsForbidden() throws Exception {
        for (WireFormat format : WireFormat.values()) {
            node.refuse(format, HttpResponseStatus.FORBIDDEN);
        }
        DialException refusal = refusal(80);
        assertThat(refusal.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refusal).hasMessageContaining("create or get on pods/portforward in namespace shop");
    }

    @Test
    void saysThatAPodIsGone() throws Exception {
        node.refuse(WireFormat.SPDY, HttpResponseStatus.NOT_FOUND);
        DialException refusal = refusal(80);
        assertThat(refusal.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(refusal).hasMessage("pod/web-1.shop is gone: 404 Not Found: no: 404");
    }

    @Test
    void takesNewCredentialsOnceAfterA401() throws Exception {
        node.wantToken("t1");
        try (Sockets echo = Sockets.echo()) {
            // without a flow that is lost the forwarder does not connect again by itself
            open(echo.port()).channel().close().syncUninterruptibly();
        }
        assertThat(server.refreshes()).hasValue(1);
        node.wantToken("other");
        cutConnections();
        assertThat(refusal(80).reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(server.refreshes()).hasValue(2);
    }

    @Test
    void resetsFlowsOfALostConnectionAndDialsAgain() throws Exception {
        try (Sockets echo = Sockets.echo()) {
            Received received = open(echo.port());
            node.cutConnections();
            received.awaitClosed();
            assertThat(received.failure().map(DialException::reason)).contains(Reason.RESET);
            open(echo.port());
        }
        assertThat(events.published()).hasExactlyElementsOfTypes(Event.LinkLost.class, Event.LinkRestored.class);
    }

    @Test
    void failsFastWhileTheServerIsAwayAndWorksSoonAfterItsReturn() throws Exception {
        int port = node.port();
        node.stop();
        assertThat(refusal(80).reason()).isEqualTo(Reason.CLUSTER_LOST);
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(refusal(80).reason()).isEqualTo(Reason.CLUSTER_LOST);
        }
        long elapsed = System.nanoTime() - start;
        assertThat(Duration.ofNanos(elapsed)).isLessThan(SOON);
        assertThat(transport.opened()).isLessThanOrEqualTo(2 + (int) (elapsed / ServerMemory.PROBE_NANOS));
        node.listen(port);
        try (Sockets echo = Sockets.echo()) {
            long returned = System.nanoTime();
            while (!dial(echo.port()).isSuccess()) {
                assertThat(Duration.ofNanos(System.nanoTime() - returned)).isLessThan(SOON);
            }
        }
    }

    @Test
    void resetsAllFlowsOfAPodThatIsGone() throws Exception {
        try (Sockets echo = Sockets.echo()) {
            Received received = open(echo.port());
            forwarder.podGone("shop", "web-1");
            received.awaitClosed();
            assertThat(received.failure()).isPresent();
            assertThat(events.published()).isEmpty();
        }
    }

    @Test
    void aNeighbourKeepsItsSpeedBesideAReaderThatStands() throws Exception {
        byte[] block = new byte[1 << 16];
        try (Sockets source = new Sockets(socket -> {
            while (true) {
                socket.getOutputStream().write(block);
            }
        })) {
            // Three bulk flows on two connections: two of them share one. The second gets one of its own only if the
            // first is known to be busy.
            Received first = open(source.port());
            first.awaitBytes(2 * Link.BUSY_BYTES);
            List<Received> flows = List.of(first, open(source.port()), open(source.port()));
            flows.get(0).stopReading();
            flows.get(1).stopReading();
            Received neighbour = flows.get(2);
            neighbour.awaitBytes(neighbour.count() + 100_000_000L);
            await(() -> flows.stream().anyMatch(flow -> flow.failure().isPresent()));
            assertThat(neighbour.failure()).isEmpty();
            assertThat(flows.stream().filter(flow -> flow.failure().isPresent()))
                    .hasSize(1);
            neighbour.channel().close().syncUninterruptibly();
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aReaderThatStandsAloneIsNeverReset() throws Exception {
        long total = 40_000_000;
        try (Sockets source = new Sockets(socket -> {
            byte[] block = new byte[1_000_000];
            for (int i = 0; i < 40; i++) {
                socket.getOutputStream().write(block);
            }
        })) {
            Received received = open(source.port());
            received.stopReading();
            loop.schedule(received::startReading, 700, TimeUnit.MILLISECONDS);
            received.awaitEnd();
            assertThat(received.count()).isEqualTo(total);
        }
    }
}
