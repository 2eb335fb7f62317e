package io.kubetun.plugin.socks;

import static io.kubetun.plugin.socks.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.DialException.Reason;
import io.kubetun.spi.Target;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class Socks4Test extends StartedProxy {
    private static final byte[] GRANTED = bytes(0, 90, 0, 0, 0, 0, 0, 0);
    private static final byte[] REJECTED = bytes(0, 91, 0, 0, 0, 0, 0, 0);

    @Test
    void connectsToAnAddress() throws Exception {
        proxy.session.route("10.96.0.7", 7, proxy.echo.address());
        try (Wire client = proxy.socks()) {
            client.send(4, 1, 0, 7, 10, 96, 0, 7, "alice", 0, "data").finish();
            assertThat(client.read(8)).isEqualTo(GRANTED);
            assertThat(client.readAll()).isEqualTo("data");
        }
        assertThat(proxy.session.nextDial()).isEqualTo(new Target.Address(InetAddress.ofLiteral("10.96.0.7"), 7));
    }

    @Test
    void connectsToANameBySocks4a() throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(4, 1, 0, 7, 0, 0, 0, 1, 0, "echo", 0, "data").finish();
            assertThat(client.read(8)).isEqualTo(GRANTED);
            assertThat(client.readAll()).isEqualTo("data");
        }
    }

    @Test
    void takesTheRequestByteByByte() throws Exception {
        try (Wire client = proxy.socks()) {
            client.dribble(4, 1, 0, 7, 0, 0, 0, 1, "alice", 0, "echo.", 0, "data")
                    .finish();
            assertThat(client.read(8)).isEqualTo(GRANTED);
            assertThat(client.readAll()).isEqualTo("data");
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void rejectsWhatCannotBeDialled(Reason reason) throws Exception {
        proxy.session.fail("target", 80, reason);
        try (Wire client = proxy.socks()) {
            client.send(4, 1, 0, 80, 0, 0, 0, 9, 0, "target", 0, "more");
            assertThat(client.read(8)).isEqualTo(REJECTED);
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void rejectsBind() throws Exception {
        try (Wire client = proxy.socks()) {
            assertThat(client.send(4, 2, 0, 80, 10, 0, 0, 1, 0).read(8)).isEqualTo(REJECTED);
        }
    }

    @Test
    void closesOnAUserWithoutEnd() throws Exception {
        try (Wire client = proxy.socks()) {
            client.send(4, 1, 0, 80, 10, 0, 0, 1, "x".repeat(256));
            assertThat(client.closed()).isTrue();
        }
    }
}
