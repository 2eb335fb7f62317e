package io.kubetun.kernel.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.flow.NettyTransport;
import io.kubetun.kernel.link.Link;
import io.kubetun.kernel.link.LinkSettings;
import io.kubetun.kernel.link.SocketEgress;
import io.kubetun.spi.DialException;
import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.KubetunException;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway's program without its container. */
@Timeout(60)
class GatewayTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void leadsFlowsOnAndDrains() throws Exception {
        NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
        GatewaySettings settings = new GatewaySettings(0, 0, Duration.ofSeconds(30), 100);
        try (Gateway gateway = Gateway.start(settings, address -> true);
                ServerSocket target = new ServerSocket(0, 10, LOOPBACK)) {
            assertThat(gateway.address().getAddress().isLoopbackAddress()).isTrue();
            Link link = link(transport, gateway);
            Channel flow = link.connect(new InetSocketAddress(LOOPBACK, target.getLocalPort()))
                    .get(10, TimeUnit.SECONDS);
            try (Socket accepted = target.accept()) {
                FutureTask<Void> drained = new FutureTask<>(() -> {
                    gateway.drain();
                    return null;
                });
                Thread.ofVirtual().start(drained);
                flow.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {5}));
                assertThat(accepted.getInputStream().read()).isEqualTo(5);
                assertThat(gateway.counts().flows()).isEqualTo(1);
                assertThat(drained.isDone()).isFalse();
                flow.close();
                drained.get(20, TimeUnit.SECONDS);
            }
        } finally {
            transport.close();
        }
    }

    @Test
    void leadsNowhereThatIsNotTheCluster() throws Exception {
        NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
        GatewaySettings settings = new GatewaySettings(0, 0, Duration.ZERO, 100);
        try (Gateway gateway = Gateway.start(settings)) {
            Link link = link(transport, gateway);
            for (String address : new String[] {"127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1"}) {
                InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), 80);
                assertThat(SocketEgress.isOfCluster(to.getAddress())).isFalse();
                assertThatThrownBy(() -> link.connect(to).get(10, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                DialException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FORBIDDEN));
            }
        } finally {
            transport.close();
        }
    }

    @Test
    void theEnvironmentHasTheLastWord() throws Exception {
        assertThat(GatewaySettings.of(Map.of()))
                .isEqualTo(new GatewaySettings(9700, 9701, Duration.ofSeconds(60), 20_000));
        assertThat(GatewaySettings.of(Map.of("KUBETUN_GATEWAY_PORT", "1", "KUBETUN_GATEWAY_DRAIN", "5s")))
                .isEqualTo(new GatewaySettings(1, 9701, Duration.ofSeconds(5), 20_000));
        assertThatThrownBy(() -> GatewaySettings.of(Map.of("KUBETUN_GATEWAY_PORT", "x", "SECRET", "sesame")))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("port")
                .hasMessageNotContaining("sesame");
    }

    private static Link link(NettyTransport transport, Gateway gateway) throws Exception {
        Channel connection = new Bootstrap()
                .group(transport.eventLoops())
                .channelFactory(transport.sockets())
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(gateway.address())
                .sync()
                .channel();
        return Link.open(connection, LinkSettings.ofSession()).get(10, TimeUnit.SECONDS);
    }
}
