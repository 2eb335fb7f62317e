package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubetun.kernel.Await;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Dialer;
import io.kubetun.spi.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.Future;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain connections past the cluster. */
@Timeout(60)
class OutsideDialerTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsAPlainOne(boolean epoll) throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(epoll && Epoll.isAvailable(), 2)) {
            Target.Address server = new Target.Address(LOOPBACK, fixture.server.getLocalPort());
            Channel channel = dial(fixture, server);
            assertThat(channel.config().isAutoRead()).isFalse();
            channel.writeAndFlush(Unpooled.copiedBuffer("hi", StandardCharsets.US_ASCII));
            try (Socket accepted = fixture.accept()) {
                assertThat(accepted.getInputStream().readNBytes(2)).asString().isEqualTo("hi");
            }
            channel.close().sync();
        }
    }

    @Test
    void aClosedPortIsRefusedAndNamesAreNotDialled() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 2)) {
            int port = fixture.server.getLocalPort();
            fixture.server.close();
            assertThat(reason(fixture, new Target.Address(LOOPBACK, port))).isEqualTo(Reason.REFUSED);
            assertThat(reason(fixture, new Target.Name("echo", 80))).isEqualTo(Reason.UNKNOWN_NAME);
        }
    }

    @Test
    void whatIsAboveTheLimitIsRefusedAndPlacesComeFree() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 2)) {
            Target.Address server = new Target.Address(LOOPBACK, fixture.server.getLocalPort());
            Channel first = dial(fixture, server);
            dial(fixture, server);
            assertThat(reason(fixture, server)).isEqualTo(Reason.LIMIT);
            first.close().sync();
            boolean[] dialled = new boolean[1];
            Await.until("a place is free", SOON, () -> {
                dialled[0] |= fixture.flows
                        .outside()
                        .dial(server, loop(fixture))
                        .awaitUninterruptibly()
                        .isSuccess();
                return dialled[0];
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsGoThereAndBack(boolean epoll) throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(epoll && Epoll.isAvailable(), 2);
                DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
            server.setSoTimeout(5000);
            Channel channel = fixture.flows
                    .outside()
                    .dialDatagrams(new Target.Address(LOOPBACK, server.getLocalPort()), loop(fixture))
                    .get();
            BlockingQueue<String> got = new LinkedBlockingQueue<>();
            channel.pipeline().addLast(new Texts(got));
            channel.config().setAutoRead(true);
            channel.writeAndFlush(Unpooled.copiedBuffer("ask", StandardCharsets.US_ASCII));
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            server.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("ask");
            packet.setData("answer".getBytes(StandardCharsets.US_ASCII));
            server.send(packet);
            assertThat(got.poll(5, TimeUnit.SECONDS)).isEqualTo("answer");
            channel.close().sync();
        }
    }

    @Test
    void aUdpFlowEndsWhenNobodyListensAndWhenItIsQuiet() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 2)) {
            Target.Address to;
            try (DatagramSocket gone = new DatagramSocket(0, LOOPBACK)) {
                to = new Target.Address(LOOPBACK, gone.getLocalPort());
            }
            ListenerOpener opener = new ListenerOpener(fixture.transport, new LoopbackHost());
            Dialer quick = opener.outside(new FlowLimit(5), Duration.ofMillis(200));
            Channel quiet = quick.dialDatagrams(to, loop(fixture)).get();
            assertThat(quiet.closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
            Channel unheard =
                    fixture.flows.outside().dialDatagrams(to, loop(fixture)).get();
            unheard.config().setAutoRead(true);
            unheard.writeAndFlush(Unpooled.copiedBuffer("anybody?", StandardCharsets.US_ASCII));
            assertThat(unheard.closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void pingsAreRefusedWithTheReason() throws Exception {
        try (FlowsFixture fixture = new FlowsFixture(Epoll.isAvailable(), 2)) {
            Future<Boolean> answer = fixture.flows.outside().echo(LOOPBACK, 8, loop(fixture));
            assertThat(answer.await().cause()).hasMessageContaining("only TCP and UDP");
        }
    }

    private static EventLoop loop(FlowsFixture fixture) {
        return fixture.transport.eventLoops().next();
    }

    private static Channel dial(FlowsFixture fixture, Target target) throws Exception {
        return fixture.flows.outside().dial(target, loop(fixture)).get();
    }

    private static Reason reason(FlowsFixture fixture, Target target) {
        Reason[] reason = new Reason[1];
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> dial(fixture, target))
                .satisfies(e -> reason[0] = ((DialException) e.getCause()).reason());
        return reason[0];
    }

    private static final class Texts extends SimpleChannelInboundHandler<ByteBuf> {
        private final BlockingQueue<String> got;

        Texts(BlockingQueue<String> got) {
            this.got = got;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
            got.add(message.toString(StandardCharsets.US_ASCII));
        }
    }
}
