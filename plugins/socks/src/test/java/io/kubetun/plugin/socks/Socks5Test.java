package io.kubetun.plugin.socks;

import static io.kubetun.plugin.socks.Wire.bytes;
import static io.kubetun.plugin.socks.Wire.connect;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class Socks5Test extends StartedProxy {
    private static final byte[] GREETING = bytes(5, 1, 0);
    private static final byte[] GRANTED = bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

    @Test
    void connectsStepByStep() throws Exception {
        try (Wire client = proxy.socks()) {
            assertThat(client.send(GREETING).read(2)).isEqualTo(bytes(5, 0));
            assertThat(client.send(connect("echo", 7)).read(10)).isEqualTo(GRANTED);
            assertThat(client.send("hello").readText(5)).isEqualTo("hello");
            assertThat(client.finish().readAll()).isEmpty();
        }
    }

    @Test
    void takesAllMessagesAndDataInOneSegment() throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect("echo", 7), "client hello").finish();
            assertThat(client.read(12)).isEqualTo(bytes(5, 0, GRANTED));
            assertThat(client.readAll()).isEqualTo("client hello");
        }
    }

    @Test
    void takesMessagesByteByByte() throws Exception {
        try (Wire client = proxy.socks()) {
            client.dribble(GREETING, connect("echo.lab.svc.cluster.local", 7), "data");
            assertThat(client.read(2)).isEqualTo(bytes(5, 0));
            assertThat(proxy.session.nextDial()).isEqualTo(new Target.Name("echo.lab.svc.cluster.local", 7));
        }
        proxy.session.route("slow", 7, proxy.echo.address());
        try (Wire client = proxy.socks()) {
            client.dribble(GREETING, connect("slow", 7), "data");
            assertThat(client.read(12)).isEqualTo(bytes(5, 0, GRANTED));
            assertThat(client.readText(4)).isEqualTo("data");
        }
    }

    @Test
    void connectsToAddresses() throws Exception {
        assertThat(dialled(bytes(5, 1, 0, 1, 10, 96, 0, 10, 0, 80)))
                .isEqualTo(new Target.Address(InetAddress.ofLiteral("10.96.0.10"), 80));
        byte[] ipv6 = InetAddress.ofLiteral("fd00::7").getAddress();
        assertThat(dialled(bytes(5, 1, 0, 4, ipv6, 0x1f, 0x90)))
                .isEqualTo(new Target.Address(InetAddress.ofLiteral("fd00::7"), 8080));
    }

    @ParameterizedTest
    @CsvSource({
        "echo.lab.,echo.lab:80",
        "ECHO.Lab,echo.lab:80",
        "10.96.0.10,10.96.0.10:80",
        "10.96.0.10.,10.96.0.10:80",
        "fd00::7,[fd00:0:0:0:0:0:0:7]:80",
        "[fd00::7],[fd00:0:0:0:0:0:0:7]:80"
    })
    void readsNamesAsTheyAreWritten(String sent, String target) throws Exception {
        assertThat(dialled(connect(sent, 80))).hasToString(target);
    }

    private Target dialled(byte[] request) throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, request).read(2);
            return proxy.session.nextDial();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN_NAME,4",
        "UNKNOWN_PORT,5",
        "NO_ENDPOINTS,4",
        "NOT_A_POD,4",
        "REFUSED,5",
        "UNREACHABLE,4",
        "FORBIDDEN,2",
        "CLUSTER_LOST,3",
        "TIMED_OUT,6",
        "LIMIT,1",
        "RESET,1"
    })
    void repliesWhatBecameOfTheDial(Reason reason, int reply) throws Exception {
        proxy.session.fail("target", 80, reason);
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect("target", 80), "bytes that nobody will read");
            assertThat(client.read(12)).isEqualTo(bytes(5, 0, 5, reply, 0, 1, 0, 0, 0, 0, 0, 0));
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void everyReasonHasAReply() {
        assertThat(Arrays.stream(Reason.values()).map(SocksReply::of)).doesNotContain(SocksReply.SUCCEEDED);
    }

    @ParameterizedTest
    @CsvSource({"2,7", "3,7", "9,7"})
    void refusesOtherCommands(int command, int reply) throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, 5, command, 0, 1, 127, 0, 0, 1, 0, 80);
            assertThat(client.read(12)[3]).isEqualTo((byte) reply);
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void refusesOtherAddressTypes() throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, 5, 1, 0, 2, 127, 0, 0, 1, 0, 80);
            assertThat(client.read(12)[3]).isEqualTo((byte) 8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a b", "caf\u00e9", "nul\u0000", "[]"})
    void refusesNamesThatAreNone(String name) throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect(name, 80));
            assertThat(client.read(12)[3]).isEqualTo((byte) 4);
        }
        assertThat(proxy.session.dialled).isEmpty();
    }

    @Test
    void refusesPortZero() throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect("echo", 0));
            assertThat(client.read(12)[3]).isEqualTo((byte) 5);
        }
    }

    @Test
    void refusesClientsThatInsistOnAPassword() throws Exception {
        try (Wire client = proxy.socks()) {
            assertThat(client.send(5, 1, 2).read(2)).isEqualTo(bytes(5, 0xff));
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void keepsWhatAClientSendsWhileDialling() throws Exception {
        byte[] much = new byte[3 << 20];
        new Random(7).nextBytes(much);
        proxy.session.hold("late", 7, proxy.echo.address());
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect("late", 7));
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    client.send(much).finish();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            proxy.session.nextDial();
            Channel accepted = proxy.session.accepted.getFirst();
            Eventually.isTrue(
                    "reading stops at the limit", () -> !accepted.config().isAutoRead());
            proxy.session.release("late", 7);
            assertThat(client.read(12)).isEqualTo(bytes(5, 0, GRANTED));
            assertThat(client.read(much.length)).isEqualTo(much);
            assertThat(client.readAll()).isEmpty();
            writer.join();
        }
    }

    @Test
    void closesTheDialledChannelOfAClientThatHasGone() throws Exception {
        proxy.session.hold("late", 7, proxy.echo.address());
        Wire client = proxy.socks();
        client.send(GREETING, connect("late", 7)).read(2);
        proxy.session.nextDial();
        client.abort();
        Channel accepted = proxy.session.accepted.getFirst();
        Eventually.isTrue("the proxy sees the reset", () -> !accepted.isActive());
        Channel remote = proxy.session.release("late", 7);
        assertThat(remote.closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void passesOnAHalfCloseThatCameWhileDialling() throws Exception {
        proxy.session.hold("late", 7, proxy.echo.address());
        try (Wire client = proxy.socks()) {
            client.send(GREETING, connect("late", 7), "request").finish();
            proxy.session.nextDial();
            proxy.session.release("late", 7);
            assertThat(client.read(12)).isEqualTo(bytes(5, 0, GRANTED));
            assertThat(client.readAll()).isEqualTo("request");
        }
    }
}
