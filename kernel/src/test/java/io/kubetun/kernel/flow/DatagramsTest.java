package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.Await;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.Flows.FlowListener;
import io.kubetun.spi.KubetunException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams, on each kind of loop. */
@Timeout(60)
class DatagramsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandlerAnswersWhatItIsSentUntilItIsClosed(boolean epoll) throws Exception {
        assumeTrue(!epoll || Epoll.isAvailable(), "this machine has no epoll");
        try (FlowsFixture fixture = new FlowsFixture(epoll, 3);
                DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(5000);
            FlowListener echo = fixture.flows.listenDatagrams(loopback(0), new Echo());
            byte[] sent = "hello".getBytes(StandardCharsets.US_ASCII);
            client.send(new java.net.DatagramPacket(sent, sent.length, echo.address()));
            java.net.DatagramPacket received = new java.net.DatagramPacket(new byte[100], 100);
            client.receive(received);
            assertThat(Arrays.copyOf(received.getData(), received.getLength())).isEqualTo(sent);
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(() -> fixture.flows.listenDatagrams(echo.address(), new ChannelInboundHandlerAdapter()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
                    .satisfies(e -> assertThat(e.next()).contains("ss -lunp"));
            echo.close();
            Await.until("the port is free", SOON, () -> isFree(echo.address()));
            FlowListener left = fixture.flows.listenDatagrams(loopback(0), new Echo());
            fixture.flows.close();
            Await.until("the port is free", SOON, () -> isFree(left.address()));
        }
    }

    /** NIO gives a socket back with the selector's next round. */
    private static boolean isFree(InetSocketAddress address) {
        try (DatagramSocket socket = new DatagramSocket(address)) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
        }
    }
}
