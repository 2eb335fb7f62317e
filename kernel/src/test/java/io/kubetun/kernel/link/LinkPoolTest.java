package io.kubetun.kernel.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.Await;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What links do when connections break, gateways go, peers fall silent or talk nonsense; datagrams and pings. */
@Timeout(60)
class LinkPoolTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void losingALinkCutsItsFlowsAndTheNextOneIsThereAtOnce() throws Exception {
        try (LinkFixture fixture = new LinkFixture(settings(Duration.ofSeconds(5)));
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(target.getInputStream().read()).isEqualTo(1);
            fixture.connections.getFirst().close();
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThatThrownBy(() -> target.getInputStream().read()).isInstanceOf(IOException.class);
            Await.until("another link", SOON, () -> fixture.told.contains("restored"));
            fixture.flow().close();
            fixture.accept().close();
            assertThat(fixture.told.getFirst()).startsWith("lost: ");
        }
    }

    @Test
    void aPeerThatFallsSilentIsLost() throws Exception {
        try (LinkFixture fixture =
                new LinkFixture(LinkSettings.ofGateway(), settings(Duration.ofMillis(100)), Duration.ofSeconds(60))) {
            Channel flow = fixture.flow();
            Events events = new Events(flow);
            try (Socket _ = fixture.accept()) {
                // Its socket stays open, and nobody reads it: as behind a cable that is pulled.
                Channel connection = fixture.connections.getFirst();
                connection
                        .eventLoop()
                        .submit(() -> connection.config().setAutoRead(false))
                        .sync();
                assertThat(events.failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("no sign of life");
                Await.until("another link", SOON, () -> fixture.told.contains("restored"));
            }
        }
    }

    @Test
    void aGatewayThatDrainsKeepsItsFlowsAndTakesNoNewOnes() throws Exception {
        try (LinkFixture fixture = new LinkFixture(settings(Duration.ofSeconds(5)));
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            client.getOutputStream().write(1);
            assertThat(target.getInputStream().read()).isEqualTo(1);
            CompletableFuture<Void> drained = fixture.server.drain();
            assertThatThrownBy(fixture::flow)
                    .cause()
                    .isInstanceOfSatisfying(
                            DialException.class, e -> assertThat(e.reason()).isIn(Reason.CLUSTER_LOST, Reason.LIMIT));
            assertThat(drained).isNotDone();
            target.getOutputStream().write(2);
            assertThat(client.getInputStream().read()).isEqualTo(2);
            client.shutdownOutput();
            target.shutdownOutput();
            assertThat(drained).succeedsWithin(SOON);
        }
    }

    @Test
    void aLinkWhoseConnectionEndsAtOnceIsTriedAgain() throws Exception {
        try (LinkFixture fixture = new LinkFixture(settings(Duration.ofSeconds(5)))) {
            fixture.deaf = true;
            Future<Channel> flow = fixture.pool.connect(fixture.destination, fixture.loop());
            Await.until("it is tried again", SOON, () -> fixture.connections.size() > 2);
            assertThat(flow.isDone()).isFalse();
            fixture.deaf = false;
            flow.get(10, TimeUnit.SECONDS).close();
            assertThat(fixture.told).isEmpty();
        }
    }

    /** As at a rollout: the next one listens when the first is told to end. */
    @Test
    void noFlowFailsWhileOneGatewayDrainsAndTheNextTakesOver() throws Exception {
        LinkSettings settings = settings(Duration.ofSeconds(5));
        try (LinkFixture fixture = new LinkFixture(settings)) {
            Channel stays = fixture.flow();
            Socket staying = fixture.accept();
            LinkServer next = new LinkServer(fixture.egress, settings);
            for (int i = 0; i < 600; i++) {
                List<Future<Channel>> dialled = new ArrayList<>();
                for (int j = 0; j < 4; j++) {
                    dialled.add(fixture.pool.connect(fixture.destination, fixture.loop()));
                }
                if (i == 200) {
                    fixture.accepting = next;
                    assertThat(fixture.server.drain()).isNotDone();
                }
                for (Future<Channel> each : dialled) {
                    each.get(10, TimeUnit.SECONDS).close();
                    fixture.accept().close();
                }
            }
            assertThat(stays.isActive()).isTrue();
            assertThat(fixture.told).isEmpty();
            staying.close();
            stays.close();
            assertThat(fixture.server.drain()).succeedsWithin(SOON);
            next.close();
        }
    }

    @Test
    void dialsFailAtOnceWhileThereIsNoWayAndWorkAgainAfterwards() throws Exception {
        try (LinkFixture fixture = new LinkFixture(settings(Duration.ofSeconds(5)))) {
            fixture.pool.open().get(10, TimeUnit.SECONDS);
            fixture.reachable = false;
            fixture.connections.getFirst().close();
            Await.until("it is told", SOON, () -> !fixture.told.isEmpty());
            assertThatThrownBy(fixture::flow)
                    .cause()
                    .isInstanceOfSatisfying(
                            DialException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLUSTER_LOST));
            fixture.reachable = true;
            fixture.pool.networkChanged();
            Await.until("restored", SOON, () -> fixture.told.contains("restored"));
            fixture.flow().close();
        }
    }

    @Test
    void aFlowBeyondTheLimitIsRefused() throws Exception {
        LinkSettings few = settings(Duration.ofSeconds(5));
        LinkSettings one = new LinkSettings(
                1,
                few.firstWindow(),
                few.largestWindow(),
                few.windowBudget(),
                few.queueLimit(),
                1,
                few.beat(),
                few.missedBeats(),
                few.dialLimit());
        try (LinkFixture fixture = new LinkFixture(one)) {
            Channel first = fixture.flow();
            assertThatThrownBy(fixture::flow)
                    .cause()
                    .isInstanceOfSatisfying(
                            DialException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LIMIT));
            first.close();
            Await.until("it is gone", SOON, () -> fixture.server.counts().flows() == 0);
            fixture.flow().close();
        }
    }

    @Test
    void readersThatStandStillLoseTheirFlowsBeforeMemoryIsShort() throws Exception {
        LinkSettings usual = settings(Duration.ofSeconds(5));
        LinkSettings small = new LinkSettings(
                1, 65_535, 1 << 20, 4 << 20, 100_000, 100, usual.beat(), usual.missedBeats(), usual.dialLimit());
        try (LinkFixture fixture = new LinkFixture(small)) {
            for (int i = 0; i < 4; i++) {
                Channel flow = fixture.flow();
                Socket target = fixture.accept();
                Thread.ofVirtual().start(() -> fill(target));
                assertThat(flow.isOpen()).isTrue();
            }
            Await.until("one is cut", SOON, () -> fixture.pool.counts().overflowed() > 0);
            assertThat(fixture.pool.counts().flows()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void datagramsKeepTheirSizes() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                DatagramSocket server = new DatagramSocket(0, LinkFixture.LOOPBACK)) {
            Thread.ofVirtual().start(() -> echo(server));
            Target.Address target = new Target.Address(LinkFixture.LOOPBACK, server.getLocalPort());
            Channel flow = dialer(fixture).dialDatagrams(target, fixture.loop()).get(10, TimeUnit.SECONDS);
            Events events = new Events(flow);
            SplittableRandom random = new SplittableRandom(1);
            for (int size : new int[] {1, 62, 63, 64, 1400, 16_382, 16_383, 65_507}) {
                byte[] sent = new byte[size];
                random.nextBytes(sent);
                flow.writeAndFlush(Unpooled.wrappedBuffer(sent)).sync();
                assertThat(events.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(sent);
            }
            flow.close();
            Await.until("it is gone", SOON, () -> fixture.server.counts().flows() == 0);
        }
    }

    @Test
    void datagramsOfOneTurnStayWhatTheyWere() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                DatagramSocket server = new DatagramSocket(0, LinkFixture.LOOPBACK)) {
            Thread.ofVirtual().start(() -> echo(server));
            Target.Address target = new Target.Address(LinkFixture.LOOPBACK, server.getLocalPort());
            Channel flow = dialer(fixture).dialDatagrams(target, fixture.loop()).get(10, TimeUnit.SECONDS);
            Events events = new Events(flow);
            SplittableRandom random = new SplittableRandom(2);
            List<byte[]> sent = new ArrayList<>();
            // More than one piece of one size, a smaller end of one, a larger one after a smaller, and what is not cut.
            for (int[] sizes : new int[][] {{50, 1400}, {1, 700}, {5, 900}, {2, 2000}, {3, 1}, {2, 1472}}) {
                for (int i = 0; i < sizes[0]; i++) {
                    byte[] data = new byte[sizes[1]];
                    random.nextBytes(data);
                    sent.add(data);
                }
            }
            flow.eventLoop().execute(() -> {
                for (int i = 0; i < sent.size(); i++) {
                    flow.write(Unpooled.wrappedBuffer(sent.get(i)));
                    if (i % 20 == 19) {
                        flow.flush();
                    }
                }
                flow.flush();
            });
            for (byte[] each : sent) {
                assertThat(events.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(each);
            }
            assertThat(fixture.server.counts().dropped()).isZero();
        }
    }

    @Test
    void aDatagramFlowToNobodyIsCut() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                DatagramSocket gone = new DatagramSocket(0, LinkFixture.LOOPBACK)) {
            InetSocketAddress nobody = new InetSocketAddress(LinkFixture.LOOPBACK, gone.getLocalPort());
            gone.disconnect();
            close(gone);
            Channel flow = fixture.pool.connectDatagrams(nobody, fixture.loop()).get(10, TimeUnit.SECONDS);
            Events events = new Events(flow);
            flow.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            assertThat(events.failure.get(10, TimeUnit.SECONDS)).isInstanceOf(DialException.class);
        }
    }

    @Test
    void aQuietDatagramFlowEnds() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession(), Duration.ofMillis(200));
                DatagramSocket server = new DatagramSocket(0, LinkFixture.LOOPBACK)) {
            InetSocketAddress at = new InetSocketAddress(LinkFixture.LOOPBACK, server.getLocalPort());
            Channel flow = fixture.pool.connectDatagrams(at, fixture.loop()).get(10, TimeUnit.SECONDS);
            new Events(flow);
            Await.until("it is gone there", SOON, () -> fixture.server.counts().flows() == 0);
        }
    }

    @Test
    void pingsWhatAnswers() throws Exception {
        int descriptor = PingSocket.open(false);
        Assumptions.assumeTrue(descriptor >= 0, "net.ipv4.ping_group_range lets nobody ping here");
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession())) {
            assertThat(dialer(fixture)
                            .echo(LinkFixture.LOOPBACK, 56, fixture.loop())
                            .get(10, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(dialer(fixture)
                            .echo(LinkFixture.LOOPBACK, 60_000, fixture.loop())
                            .get(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void nonsenseEndsItsLinkAndNothingElse() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession());
                Socket client = fixture.connect();
                Socket target = fixture.accept()) {
            InetSocketAddress gateway = (InetSocketAddress) fixture.listener.localAddress();
            SplittableRandom random = new SplittableRandom(7);
            for (int i = 0; i < 200; i++) {
                try (Socket peer = new Socket(gateway.getAddress(), gateway.getPort())) {
                    OutputStream out = peer.getOutputStream();
                    if (i % 2 == 0) {
                        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
                    }
                    byte[] noise = new byte[1 + random.nextInt(400)];
                    random.nextBytes(noise);
                    if (i % 4 == 0) {
                        // A frame of a plausible length, of any type, on any stream.
                        noise[0] = 0;
                        noise[1] = 0;
                        noise[3 % noise.length] = (byte) random.nextInt(12);
                    }
                    out.write(noise);
                } catch (IOException reset) {
                    // It was told so.
                }
            }
            Await.until(
                    "only the sane link is left",
                    SOON,
                    () -> fixture.server.counts().links() <= 2);
            client.getOutputStream().write(1);
            assertThat(target.getInputStream().read()).isEqualTo(1);
        }
    }

    /** The agent's way: who accepted the connection opens the flows. */
    @Test
    void rolesTurnRound() throws Exception {
        try (LinkFixture fixture = new LinkFixture(LinkSettings.ofSession())) {
            CompletableFuture<Link> opened = new CompletableFuture<>();
            Channel listener = new ServerBootstrap()
                    .group(fixture.near.eventLoops())
                    .channelFactory(fixture.near.listeners())
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel accepted) {
                            Link.open(accepted, LinkSettings.ofSession())
                                    .addListener((Future<Link> done) -> opened.complete(done.getNow()));
                        }
                    })
                    .bind(LinkFixture.LOOPBACK, 0)
                    .sync()
                    .channel();
            Channel dialled = new Bootstrap()
                    .group(fixture.far.eventLoops())
                    .channelFactory(fixture.far.sockets())
                    .option(ChannelOption.AUTO_READ, false)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listener.localAddress())
                    .sync()
                    .channel();
            fixture.server.accept(dialled);
            Channel flow = opened.get(10, TimeUnit.SECONDS)
                    .connect(fixture.destination)
                    .get(10, TimeUnit.SECONDS);
            try (Socket target = fixture.accept()) {
                flow.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {7}));
                assertThat(target.getInputStream().read()).isEqualTo(7);
            }
            listener.close().sync();
        }
    }

    private static LinkDialer dialer(LinkFixture fixture) {
        return new LinkDialer(
                fixture.pool, target -> fixture.loop().newFailedFuture(new IOException("no names: " + target)));
    }

    private static LinkSettings settings(Duration beat) {
        LinkSettings usual = LinkSettings.ofSession();
        return new LinkSettings(
                1,
                usual.firstWindow(),
                usual.largestWindow(),
                usual.windowBudget(),
                usual.queueLimit(),
                usual.maxFlows(),
                beat,
                usual.missedBeats(),
                Duration.ofSeconds(5));
    }

    private static void close(AutoCloseable closeable) throws Exception {
        closeable.close();
    }

    private static void fill(Socket target) {
        try (target) {
            byte[] block = new byte[1 << 16];
            while (!target.isClosed()) {
                target.getOutputStream().write(block);
            }
        } catch (IOException cut) {
            // The end of the test, or of its flow.
        }
    }

    private static void echo(DatagramSocket server) {
        byte[] buffer = new byte[65_535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                server.receive(packet);
                server.send(packet);
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    /** What a channel tells. */
    private static final class Events extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<byte[]> messages = new ArrayBlockingQueue<>(1000);
        private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

        Events(Channel channel) {
            channel.eventLoop().execute(() -> {
                channel.pipeline().addLast(this);
                channel.config().setAutoRead(true);
            });
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            byte[] bytes = new byte[((ByteBuf) message).readableBytes()];
            ((ByteBuf) message).readBytes(bytes);
            ReferenceCountUtil.release(message);
            messages.add(bytes);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure.complete(cause);
        }
    }
}
