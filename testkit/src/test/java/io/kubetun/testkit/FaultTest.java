package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.Scope;
import io.kubetun.testkit.pod.TcpServers;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults on the wire, injected into and withdrawn from a running cluster. */
@Timeout(60)
class FaultTest {
    private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};

    private EmbeddedCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = EmbeddedCluster.start();
        cluster.namespace("lab")
                .pod("web", setup -> setup.tcp(7, TcpServers.echo()).tcp(9, TcpServers.discard()));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private SpdyProbe spdy() throws IOException {
        return new SpdyProbe(ByteLink.spdy(cluster, cluster.admin(), "web"));
    }

    private static String echo(SpdyProbe probe) throws Exception {
        int stream = probe.open(7);
        probe.data(stream, HELLO, false);
        return probe.text(stream, HELLO.length);
    }

    @Test
    void aPodThatRefusesAnswersAgainAfterwards() throws Exception {
        try (SpdyProbe probe = spdy()) {
            try (Injection _ = cluster.inject(new Fault.Refuse(Scope.pod("lab", "web")))) {
                int refused = probe.open(7);
                assertThat(probe.untilEnd(refused - 2)).contains("connection refused");
            }
            assertThat(echo(probe)).isEqualTo("hello");
        }
    }

    @Test
    void whatAStallHeldArrivesAfterwards() throws Exception {
        try (SpdyProbe probe = spdy()) {
            assertThat(echo(probe)).isEqualTo("hello");
            Injection stall = cluster.inject(new Fault.Stall(Scope.api()));
            int stream = probe.open(7);
            probe.data(stream, HELLO, false);
            assertThatThrownBy(() -> probe.text(stream, HELLO.length)).isInstanceOf(SocketTimeoutException.class);
            stall.close();
            assertThat(probe.text(stream, HELLO.length)).isEqualTo("hello");
        }
    }

    @Test
    void whatWasDroppedInAPodIsLost() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int stream = probe.open(7);
            probe.data(stream, HELLO, false);
            probe.text(stream, HELLO.length);
            try (Injection _ = cluster.inject(new Fault.Drop(Scope.pods()))) {
                probe.data(stream, "lost!".getBytes(StandardCharsets.US_ASCII), false);
                assertThatThrownBy(() -> probe.text(stream, HELLO.length + 1))
                        .isInstanceOf(SocketTimeoutException.class);
            }
            probe.data(stream, HELLO, false);
            assertThat(probe.text(stream, 2 * HELLO.length)).isEqualTo("hellohello");
        }
    }

    @Test
    void aConnectionThatLostBytesStaysDead() throws Exception {
        try (SpdyProbe probe = spdy()) {
            try (Injection _ = cluster.inject(new Fault.Drop(Scope.api()))) {
                int stream = probe.open(7);
                assertThatThrownBy(() -> probe.text(stream, 1)).isInstanceOf(SocketTimeoutException.class);
            }
            int stream = probe.open(7);
            assertThatThrownBy(() -> probe.text(stream, 1)).isInstanceOf(SocketTimeoutException.class);
        }
        try (SpdyProbe fresh = spdy()) {
            assertThat(echo(fresh)).isEqualTo("hello");
        }
    }

    @Test
    void connectionsAreReset() throws Exception {
        try (SpdyProbe probe = spdy()) {
            assertThat(echo(probe)).isEqualTo("hello");
            try (Injection _ = cluster.inject(new Fault.Reset(Scope.api()))) {
                assertThatThrownBy(() -> probe.untilEnd(3)).isInstanceOf(IOException.class);
                assertThatThrownBy(this::spdy).isInstanceOf(IOException.class);
            }
        }
        try (SpdyProbe fresh = spdy()) {
            assertThat(echo(fresh)).isEqualTo("hello");
        }
    }

    @Test
    void latencyIsAddedToEachDirection() throws Exception {
        try (SpdyProbe probe = spdy();
                Injection _ = cluster.inject(new Fault.Latency(Scope.api(), Duration.ofMillis(100)))) {
            long start = System.nanoTime();
            assertThat(echo(probe)).isEqualTo("hello");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Test
    void aSlowReaderTakesWhatItsSpeedAllows() throws Exception {
        try (SpdyProbe probe = spdy();
                Injection _ = cluster.inject(new Fault.SlowReader(Scope.pods(), 100_000))) {
            int stream = probe.open(7);
            long start = System.nanoTime();
            probe.data(stream, new byte[30_000], false);
            probe.data(stream, new byte[30_000], false);
            probe.text(stream, 60_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void theServerComesBackOnItsPort() throws Exception {
        try (SpdyProbe probe = spdy()) {
            assertThat(echo(probe)).isEqualTo("hello");
            cluster.stopServer();
            assertThatThrownBy(() -> probe.untilEnd(3)).isInstanceOf(IOException.class);
            assertThatThrownBy(this::spdy).isInstanceOf(IOException.class);
            cluster.startServer();
        }
        try (SpdyProbe fresh = spdy()) {
            assertThat(echo(fresh)).isEqualTo("hello");
        }
    }
}
