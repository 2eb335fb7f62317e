package io.kubetun.plugin.socks;

import static io.kubetun.plugin.socks.Wire.bytes;
import static io.kubetun.plugin.socks.Wire.connect;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LimitsTest {
    private static final int LEFT_OPEN = 1000;

    @Test
    void boundsConnectionsThatAreOpenedAndLeft() throws Exception {
        List<Wire> left = new ArrayList<>();
        Limits limits = new Limits(64, Duration.ofSeconds(3), 64 * 1024, Limits.DEFAULT.lingerTime());
        try (ProxyFixture proxy = new ProxyFixture("", limits).start()) {
            for (int i = 0; i < LEFT_OPEN; i++) {
                left.add(proxy.socks().send(5));
            }
            Eventually.isTrue("all are accepted", () -> proxy.session.accepted.size() == LEFT_OPEN);
            Eventually.isTrue(
                    "the oldest are closed",
                    () -> proxy.session.accepted.stream()
                                    .filter(Channel::isActive)
                                    .count()
                            <= limits.handshakes());
            assertThat(left.getFirst().closed()).isTrue();
            try (Wire client = proxy.socks()) { // and who speaks gets in
                client.send(5, 1, 0, connect("echo", 7), "data").read(12);
                assertThat(client.readText(4)).isEqualTo("data");
                Eventually.isTrue("the others run out of time", () -> proxy.mode.handshakes() == 0);
                assertThat(left.getLast().closed()).isTrue();
                assertThat(client.send("more").readText(4)).isEqualTo("more");
            }
        } finally {
            for (Wire wire : left) {
                wire.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SOCKS5", "HTTP CONNECT"})
    void closesWhoSaysNothing(String listener) throws Exception {
        try (ProxyFixture proxy =
                        new ProxyFixture("listen-http-connect = \"127.0.0.1:0\"", ProxyFixture.QUICK).start();
                Wire client = new Wire(proxy.address(listener))) {
            long start = System.nanoTime();
            assertThat(client.closed()).isTrue();
            assertThat(System.nanoTime() - start)
                    .isGreaterThan(ProxyFixture.QUICK.handshakeTime().toNanos() / 2);
            Eventually.isTrue("it is forgotten", () -> proxy.mode.handshakes() == 0);
        }
    }

    @Test
    void closesWhoLeavesHalfway() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture().start();
                Wire client = proxy.socks()) {
            client.send(5, 1, 0, 5, 1, 0).finish();
            assertThat(client.read(2)).isEqualTo(bytes(5, 0));
            assertThat(client.closed()).isTrue();
            Eventually.isTrue("it is forgotten", () -> proxy.mode.handshakes() == 0);
        }
    }

    @Test
    void closesARefusedClientThatStays() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture("", ProxyFixture.QUICK).start();
                Wire client = proxy.socks()) {
            client.send(5, 1, 0, connect("nowhere", 80)).read(12);
            Channel accepted = proxy.session.accepted.getFirst();
            Eventually.isTrue("it is closed after a while", () -> !accepted.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "\u0000", "\u0006", "\u00ff\u00ff\u00ff", "\u0016\u0003\u0001"})
    void closesOnGarbage(String garbage) throws Exception {
        try (ProxyFixture proxy = new ProxyFixture().start();
                Wire client = proxy.socks()) {
            client.send(garbage);
            assertThat(client.closed()).isTrue();
        }
    }

    @Test
    void survivesRandomBytes() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (ProxyFixture proxy =
                new ProxyFixture("listen-http-connect = \"127.0.0.1:0\"", ProxyFixture.QUICK).start()) {
            for (int i = 0; i < 200; i++) {
                byte[] junk = new byte[random.nextInt(600)];
                random.nextBytes(junk);
                try (Wire client = i % 2 == 0 ? proxy.socks().send(5, 1, 0, 5) : proxy.http()) {
                    client.send(junk);
                }
            }
            Eventually.isTrue(
                    "all are closed (seed " + seed + ")",
                    () -> proxy.session.accepted.stream().noneMatch(Channel::isOpen));
            try (Wire client = proxy.socks()) {
                assertThat(client.send(5, 1, 0, connect("echo", 7)).read(12)[3]).isZero();
            }
        }
    }

    @Test
    void stopClosesListenersAndHandshakes() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture().start();
                Wire waiting = proxy.socks();
                Wire flow = proxy.socks()) {
            flow.send(5, 1, 0, connect("echo", 7)).read(12);
            Eventually.isTrue("one waits", () -> proxy.mode.handshakes() == 1);
            InetSocketAddress address = proxy.address("SOCKS5");
            proxy.mode.stop();
            assertThat(waiting.closed()).isTrue();
            assertThat(proxy.mode.listening()).isEmpty();
            Eventually.isTrue("the port is closed", () -> refused(address));
            assertThat(flow.send("still").readText(5)).isEqualTo("still");
        }
    }

    private static boolean refused(InetSocketAddress address) {
        try {
            new Wire(address).close();
            return false;
        } catch (IOException e) {
            return e instanceof ConnectException;
        }
    }
}
