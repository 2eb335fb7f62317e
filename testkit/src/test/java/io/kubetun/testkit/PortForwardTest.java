package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.StreamFormat;
import io.kubetun.testkit.pod.ExecFunction;
import io.kubetun.testkit.pod.PodResponse;
import io.kubetun.testkit.pod.TcpServers;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Port-forward as the real one behaves: raw frames against the embedded cluster. */
@Timeout(60)
class PortForwardTest {
    private static final byte[] REQUEST =
            "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String TUNNEL = "SPDY/3.1+portforward.k8s.io";
    private static final int LARGE = 20_000_000;

    private EmbeddedCluster cluster;
    private EmbeddedPod pod;

    @BeforeEach
    void start() throws IOException {
        cluster = EmbeddedCluster.start();
        pod = cluster.namespace("lab")
                .pod(
                        "web",
                        setup -> setup.http(8080, request -> PodResponse.text("you asked for " + request.uri()))
                                .tcp(7, TcpServers.echo())
                                .tcp(9, TcpServers.stuck())
                                .tcp(25, TcpServers.greeting("220 hello\r\n"))
                                .tcp(19, TcpServers.source(LARGE))
                                .exec(command ->
                                        new ExecFunction.Result(command.size(), String.join(" ", command), "")));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private SpdyProbe spdy() throws IOException {
        return new SpdyProbe(ByteLink.spdy(cluster, cluster.admin(), "web"));
    }

    private SpdyProbe probe(String format) throws IOException {
        return format.equals("SPDY")
                ? spdy()
                : new SpdyProbe(ByteLink.webSocket(cluster, cluster.admin(), "web/portforward", TUNNEL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SPDY", "tunnel"})
    void bytesComeThroughBothFormatsOfSpdy(String format) throws Exception {
        try (SpdyProbe probe = probe(format)) {
            int http = probe.open(8080);
            probe.data(http, REQUEST, false);
            int greeting = probe.open(25);
            assertThat(probe.untilEnd(http)).endsWith("you asked for /hello");
            assertThat(probe.text(greeting, 11)).isEqualTo("220 hello\r\n");
            assertThat(probe.bytes(http - 2)).isEmpty();
            assertThat(cluster.portForwards())
                    .containsExactly(new PortForwardConnection(
                            "lab", "web", format.equals("SPDY") ? StreamFormat.SPDY : StreamFormat.SPDY_IN_WEBSOCKET));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SPDY", "tunnel"})
    void manyBytesArriveWhole(String format) throws Exception {
        try (SpdyProbe probe = probe(format)) {
            int source = probe.open(19);
            probe.untilEnd(source);
            byte[] bytes = probe.bytes(source);
            assertThat(bytes).hasSize(LARGE);
            for (int i = 0; i < LARGE; i++) {
                if (bytes[i] != (byte) (i % 251)) {
                    throw new AssertionError("byte " + i + " is " + bytes[i]);
                }
            }
        }
    }

    @Test
    void aClosedPortIsToldOnTheErrorStreamAfterTheReplies() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int data = probe.open(81);
            assertThat(probe.untilEnd(data - 2))
                    .startsWith("error forwarding port 81 to pod ")
                    .contains(", uid : failed to execute portforward in network namespace \"/var/run/netns/cni-")
                    .contains("dial tcp4 127.0.0.1:81: connect: connection refused");
            assertThat(probe.replied(data)).isTrue();
            probe.untilEnd(data);
            int echo = probe.open(7);
            probe.data(echo, REQUEST, false);
            probe.text(echo, REQUEST.length);
        }
    }

    @Test
    void aClientsFinIsNotPassedOnAndCutsTheAnswerAfterASecond() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int echo = probe.open(7);
            probe.data(echo, REQUEST, true);
            long start = System.nanoTime();
            assertThat(probe.untilEnd(echo)).hasSize(REQUEST.length);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(4));
        }
    }

    @Test
    void aPodsFinIsToldASecondLater() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int http = probe.open(8080);
            probe.data(http, REQUEST, false);
            probe.text(http, 10);
            long start = System.nanoTime();
            probe.untilEnd(http);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(800), Duration.ofSeconds(4));
        }
    }

    @Test
    void aStreamThatIsNotReadStallsItsNeighbours() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int stuck = probe.open(9);
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        probe.data(stuck, new byte[65536], false);
                    }
                } catch (IOException closed) {
                    assertThat(closed).isNotNull();
                }
            });
            // The pod's socket and the queue fill up; then even a new connection gets no reply.
            assertThatThrownBy(() -> probe.untilEnd(stuck)).isInstanceOf(SocketTimeoutException.class);
            try (SpdyProbe other = spdy()) {
                int echo = other.open(7);
                other.data(echo, REQUEST, false);
                other.text(echo, REQUEST.length);
            }
        }
    }

    @Test
    void channelsCarryAPortEach() throws Exception {
        try (ByteLink link =
                ByteLink.webSocket(cluster, cluster.admin(), "web/portforward?ports=7,81", "v4.channel.k8s.io")) {
            assertThat(link.receive()).containsExactly(0, 7, 0);
            assertThat(link.receive()).containsExactly(1, 7, 0);
            assertThat(link.receive()).containsExactly(2, 81, 0);
            assertThat(link.receive()).containsExactly(3, 81, 0);
            byte[] refusal = link.receive();
            assertThat(refusal[0]).isEqualTo((byte) 3);
            assertThat(new String(refusal, StandardCharsets.UTF_8)).contains("connection refused");
            link.send(new byte[] {0, 'h', 'i'});
            assertThat(link.receive()).containsExactly(0, 'h', 'i');
        }
    }

    @Test
    void commandsRun() throws Exception {
        String path = "web/exec?command=cat&command=/etc/hosts&stdout=true";
        try (ByteLink link = ByteLink.webSocket(cluster, cluster.admin(), path, "v5.channel.k8s.io")) {
            assertThat(new String(link.receive(), StandardCharsets.UTF_8)).isEqualTo("\u0001cat /etc/hosts");
            assertThat(new String(link.receive(), StandardCharsets.UTF_8))
                    .startsWith("\u0003")
                    .contains("{\"reason\":\"ExitCode\",\"message\":\"2\"}");
            assertThat(link.receive()).isEmpty();
        }
    }

    @Test
    void refusalsAreWordedAsKubernetesWordsThem() {
        EmbeddedUser jane = cluster.user("jane").allow("get", "pods/portforward", "lab");
        assertThatThrownBy(() -> ByteLink.spdy(cluster, jane, "web"))
                .hasMessageContaining("HTTP/1.1 403")
                .hasMessageContaining("pods \\\"web\\\" is forbidden: User \\\"jane\\\" cannot create resource"
                        + " \\\"pods/portforward\\\" in API group \\\"\\\" in the namespace \\\"lab\\\"");
        assertThatThrownBy(() -> ByteLink.spdy(cluster, cluster.admin(), "none"))
                .hasMessageContaining("HTTP/1.1 404")
                .hasMessageContaining("pods \\\"none\\\" not found");
        try (Injection _ = cluster.inject(new Fault.NoUpgrade(Set.of(StreamFormat.SPDY)))) {
            assertThatThrownBy(this::spdy).hasMessageContaining("Upgrade request required");
        }
        try (Injection _ = cluster.inject(new Fault.ExpiredToken(cluster.admin().name()))) {
            assertThatThrownBy(this::spdy).hasMessageContaining("HTTP/1.1 401").hasMessageContaining("Unauthorized");
        }
    }

    @Test
    void aFallbackNeedsOnlyGet() throws Exception {
        EmbeddedUser jane = cluster.user("jane").allow("get", "pods/portforward", "lab");
        try (SpdyProbe probe = new SpdyProbe(ByteLink.webSocket(cluster, jane, "web/portforward", TUNNEL))) {
            int greeting = probe.open(25);
            assertThat(probe.text(greeting, 11)).isEqualTo("220 hello\r\n");
        }
    }

    @Test
    void aPodThatEndsCutsItsConnections() throws Exception {
        try (SpdyProbe probe = spdy()) {
            int echo = probe.open(7);
            probe.data(echo, REQUEST, false);
            probe.text(echo, REQUEST.length);
            pod.delete();
            probe.untilEnd(echo);
            int again = probe.open(7);
            assertThat(probe.untilEnd(again - 2)).contains("is closed");
        }
        assertThatThrownBy(this::spdy).hasMessageContaining("HTTP/1.1 404");
    }
}
