package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.link.Link;
import io.kubetun.kernel.link.LinkServer;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.kernel.link.SocketEgress;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends against each other and against strangers, over loopback. */
@Timeout(30)
class AgentHandshakeTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration SHORT = Duration.ofMillis(300);

    private final NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
    private KeyPair owner;

    @BeforeEach
    void makeKey() throws Exception {
        owner = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @AfterEach
    void endLoops() {
        transport.close();
    }

    @Test
    void theOwnersLaptopGetsALinkWithTurnedRoles() throws Exception {
        SocketEgress egress = new SocketEgress(transport, address -> true);
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                LinkServer server = new LinkServer(egress, LinkSettings.ofSession());
                ServerSocket target = new ServerSocket(0, 10, LOOPBACK)) {
            CompletableFuture<Link> opened = new CompletableFuture<>();
            agent.accepted.thenAccept(channel -> Link.open(channel, LinkSettings.ofGateway())
                    .addListener((Future<Link> done) -> opened.complete(done.getNow())));
            Channel proved =
                    AgentHandshake.prove(agent.dial(), owner.getPrivate()).get(10, TimeUnit.SECONDS);
            // Later than the agent's first bytes: they have come by now and are still there for the link.
            assertThat(proved.config().isAutoRead()).isFalse();
            server.accept(proved);
            Link link = opened.get(10, TimeUnit.SECONDS);
            Channel flow = link.connect(new InetSocketAddress(LOOPBACK, target.getLocalPort()))
                    .get(10, TimeUnit.SECONDS);
            try (Socket reached = target.accept()) {
                flow.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {7}));
                assertThat(reached.getInputStream().read()).isEqualTo(7);
            }
            link.ping().get(10, TimeUnit.SECONDS);
        } finally {
            egress.close();
        }
    }

    @Test
    void anotherKeyIsRefusedAtBothEnds() throws Exception {
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5))) {
            Channel dialled = agent.dial();
            assertReason(AgentHandshake.prove(dialled, stranger.getPrivate()), Reason.FORBIDDEN, "not by the key");
            assertThat(dialled.closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> agent.accepted.get(5, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            DialException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN));
        }
    }

    @Test
    void aSignatureIsGoodForItsNonceOnly() throws Exception {
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                Socket first = agent.socket();
                Listening other = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                Socket second = other.socket()) {
            String nonceOfFirst = reader(first).readLine().split(" ", -1)[2];
            BufferedReader secondSays = reader(second);
            assertThat(secondSays.readLine()).startsWith("kubetun-agent 1 ").doesNotContain(nonceOfFirst);
            // A man in the middle shows the second agent what the laptop signed for the first.
            try (ServerSocket fake = new ServerSocket(0, 10, LOOPBACK)) {
                AgentHandshake.prove(dial(fake.getLocalPort()), owner.getPrivate());
                try (Socket laptop = fake.accept()) {
                    laptop.getOutputStream()
                            .write(("kubetun-agent 1 " + nonceOfFirst + " -\n").getBytes(StandardCharsets.US_ASCII));
                    String signature = reader(laptop).readLine();
                    second.getOutputStream().write((signature + "\n").getBytes(StandardCharsets.US_ASCII));
                    assertThat(secondSays.readLine()).startsWith("refused ");
                    assertThat(secondSays.readLine()).isNull();
                    first.getOutputStream().write((signature + "\n").getBytes(StandardCharsets.US_ASCII));
                    agent.accepted.get(5, TimeUnit.SECONDS);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "!!!\n", "AAAA\n", "GET / HTTP/1.1\r\n\r\n"})
    void garbageIsRefused(String garbage) throws Exception {
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                Socket socket = agent.socket()) {
            BufferedReader says = reader(socket);
            assertThat(says.readLine()).matches("kubetun-agent 1 [A-Za-z0-9+/]{43}= echo-0");
            socket.getOutputStream().write(garbage.getBytes(StandardCharsets.US_ASCII));
            assertThat(says.readLine()).startsWith("refused ");
            assertThat(says.readLine()).isNull();
        }
    }

    @Test
    void aLineWithoutEndIsNotKept() throws Exception {
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                Socket socket = agent.socket()) {
            byte[] much = new byte[513];
            Arrays.fill(much, (byte) 'A');
            socket.getOutputStream().write(much);
            assertThatThrownBy(() -> agent.accepted.get(5, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("no line");
        }
    }

    @Test
    void silenceEndsAtBothEnds() throws Exception {
        try (Listening agent = new Listening(owner.getPublic(), SHORT);
                Socket silent = agent.socket();
                ServerSocket mute = new ServerSocket(0, 10, LOOPBACK)) {
            BufferedReader says = reader(silent);
            assertThat(says.readLine()).startsWith("kubetun-agent");
            assertThat(says.readLine()).isNull();
            assertReason(
                    AgentHandshake.prove(dial(mute.getLocalPort()), owner.getPrivate(), SHORT),
                    Reason.TIMED_OUT,
                    "300 ms");
        }
    }

    @Test
    void anAgentThatCanEndIsEndedByWhoeverReachesIt() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (Listening agent = new Listening(owner.getPublic(), Duration.ofSeconds(5), Optional.of(ended::countDown));
                Socket stranger = agent.socket()) {
            assertThat(endOf(stranger)).isEqualTo("ending");
            assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        }
        try (Listening template = new Listening(owner.getPublic(), Duration.ofSeconds(5));
                Socket stranger = template.socket()) {
            assertThat(endOf(stranger)).startsWith("refused this agent ends with its pod");
        }
    }

    /** What the agent answers before it closes. */
    private static String endOf(Socket stranger) throws IOException {
        BufferedReader says = reader(stranger);
        assertThat(says.readLine()).startsWith("kubetun-agent 1 ");
        stranger.getOutputStream().write("end\n".getBytes(StandardCharsets.US_ASCII));
        String answer = says.readLine();
        assertThat(says.readLine()).isNull();
        return answer;
    }

    @Test
    void whatIsNoAgentIsToldSo() throws Exception {
        for (String greeting : new String[] {"SSH-2.0-x\r\n", "kubetun-agent 2 x -\n", "kubetun-agent 1 AAAA -\n"}) {
            try (ServerSocket strange = new ServerSocket(0, 10, LOOPBACK)) {
                Future<Channel> proved = AgentHandshake.prove(dial(strange.getLocalPort()), owner.getPrivate());
                try (Socket accepted = strange.accept()) {
                    accepted.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
                    assertReason(proved, Reason.UNREACHABLE, "no agent");
                }
            }
        }
    }

    @Test
    void anAgentThatGoesIsNoticedAtOnce() throws Exception {
        try (ServerSocket gone = new ServerSocket(0, 10, LOOPBACK)) {
            Future<Channel> proved = AgentHandshake.prove(dial(gone.getLocalPort()), owner.getPrivate());
            gone.accept().close();
            assertReason(proved, Reason.UNREACHABLE, "ended the connection");
        }
    }

    private static void assertReason(Future<Channel> future, Reason reason, String text) {
        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        DialException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(text);
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    private Channel dial(int port) {
        return new Bootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(LOOPBACK, port)
                .syncUninterruptibly()
                .channel();
    }

    /** An agent's listener that takes one connection after the other. */
    private final class Listening implements AutoCloseable {
        final CompletableFuture<Channel> accepted = new CompletableFuture<>();
        private final Channel listener;

        Listening(PublicKey key, Duration limit) {
            this(key, limit, Optional.empty());
        }

        Listening(PublicKey key, Duration limit, Optional<Runnable> end) {
            Function<Channel, Future<Channel>> demand =
                    channel -> AgentHandshake.demand(channel, key, "echo-0", end, limit);
            listener = new ServerBootstrap()
                    .group(transport.eventLoops())
                    .channelFactory(transport.listeners())
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            demand.apply(channel).addListener((Future<Channel> done) -> {
                                if (done.isSuccess()) {
                                    accepted.complete(done.getNow());
                                } else {
                                    accepted.completeExceptionally(done.cause());
                                }
                            });
                        }
                    })
                    .bind(LOOPBACK, 0)
                    .syncUninterruptibly()
                    .channel();
        }

        Channel dial() {
            return AgentHandshakeTest.this.dial(((InetSocketAddress) listener.localAddress()).getPort());
        }

        Socket socket() throws IOException {
            return new Socket(LOOPBACK, ((InetSocketAddress) listener.localAddress()).getPort());
        }

        @Override
        public void close() {
            listener.close().syncUninterruptibly();
        }
    }
}
