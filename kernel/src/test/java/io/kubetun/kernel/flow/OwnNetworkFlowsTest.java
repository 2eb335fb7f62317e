package io.kubetun.kernel.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.kernel.event.EventBus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a network of the session's own every socket is the helper's work, whatever its port. */
@Timeout(60)
class OwnNetworkFlowsTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    @Test
    void theHelperOpensThem() throws Exception {
        assumeTrue(Epoll.isAvailable(), "without epoll no socket can be taken over");
        LoopbackHost host = new LoopbackHost(true);
        try (NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1));
                EventBus events = new EventBus();
                SessionFlows flows =
                        new SessionFlows("a1b2", transport, host, new FlowCounts(), 5, events, line -> {})) {
            InetSocketAddress tcp =
                    flows.listen(ANY, new ChannelInboundHandlerAdapter()).address();
            assertThat(tcp.getPort()).isPositive();
            try (Socket client = new Socket(tcp.getAddress(), tcp.getPort())) {
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(flows.listenDatagrams(ANY, new ChannelInboundHandlerAdapter())
                            .address()
                            .getPort())
                    .isPositive();
            assertThat(host.opened()).containsExactly("tcp", "udp");
        }
    }

    @Test
    void withoutEpollItSaysThatItCannot() throws Exception {
        try (NettyTransport transport = new NettyTransport(1, NettyTransport.pool(1), false);
                EventBus events = new EventBus();
                SessionFlows flows = new SessionFlows(
                        "a1b2", transport, new LoopbackHost(true), new FlowCounts(), 5, events, line -> {})) {
            assertThatExceptionOfType(KubetunException.class)
                    .isThrownBy(() -> flows.listen(ANY, new ChannelInboundHandlerAdapter()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.LISTEN_FAILED));
        }
    }
}
