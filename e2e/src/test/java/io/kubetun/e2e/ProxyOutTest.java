package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import io.kubetun.e2e.Socks.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code proxy-out} as a user without root and with the least Role uses it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyOutTest {
    private static final String SOCKS = "127.0.0.1:11080";
    private static final String CONNECT = "127.0.0.1:18080";

    private World world;
    private Running proxy;
    private Socks socks;
    private Protocols protocols;

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        proxy = world.kubetun("proxy-out", "--listen-socks", SOCKS, "--listen-http-connect", CONNECT);
        proxy.awaitLine("Ready", Duration.ofSeconds(30));
        socks = new Socks(world, SOCKS);
        protocols = new Protocols(world, socks.curl());
    }

    @AfterAll
    void stop() {
        proxy.close();
        world.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://echo.lab.svc.cluster.local/",
                "http://echo.lab.svc/",
                "http://echo.lab/",
                "http://echo/",
                "http://peer-0.peer.lab:8080/",
                "http://peer.lab:8080/",
                "http://echo.other/",
            })
    void everyFormOfNameLeadsToItsService(String url) throws Exception {
        String app = url.contains("peer") ? "peer" : "echo";
        assertThat(socks.curl(url)).contains("\"app\":\"" + app + "\"");
    }

    @Test
    void aPodsNameLeadsToThatPod() throws Exception {
        assertThat(socks.curl("http://peer-1.peer.lab:8080/")).contains("\"pod\":\"peer-1\"");
    }

    @Test
    void addressesOfServicesAndPodsWork() throws Exception {
        assertThat(socks.curl("http://" + world.clusterIp("echo") + "/")).contains("\"app\":\"echo\"");
        assertThat(socks.curl("http://" + world.podIp("echo") + ":8080/")).contains("\"app\":\"echo\"");
    }

    @Test
    void tlsEndsInThePod() throws Exception {
        assumeTrue(world.real(), "the embedded pods serve no TLS");
        protocols.tls();
    }

    @Test
    void httpConnectWorksToo() throws Exception {
        Protocols.httpConnect(world, CONNECT);
    }

    @Test
    void httpConnectCarriesTls() throws Exception {
        assumeTrue(world.real(), "the embedded pods serve no TLS");
        Protocols.tlsInHttpConnect(world, CONNECT);
    }

    @Test
    void grpcAnswers() throws Exception {
        assumeTrue(world.real(), "the embedded cluster has no gRPC server");
        protocols.grpc();
    }

    @Test
    void webSocketsUpgrade() throws Exception {
        assumeTrue(world.real(), "the embedded pods serve no WebSocket");
        protocols.webSocket();
    }

    @Test
    void eventsArriveOneByOne() throws Exception {
        protocols.eventsOneByOne();
    }

    @Test
    void closedPortsAreRefusedAtOnce() throws Exception {
        socks.connect("echo.lab", 80);
        String pod = world.podIp("echo");
        double slowest = 0;
        int refused = 0;
        for (int port = 81; port < 91; port++) {
            Reply reply = socks.connect(pod, port);
            // A refusal later than the grace is a reset of a flow that seemed open, and widens the grace.
            refused += reply.code() == 5 ? 1 : 0;
            slowest = Math.max(slowest, reply.code() == 5 ? reply.millis() : 0);
        }
        System.out.printf("closed ports: %d of 10 refused, the slowest in %.1f ms%n", refused, slowest);
        assertThat(refused).isGreaterThanOrEqualTo(9);
        assertThat(slowest).isLessThan(50);
    }

    @Test
    void anUnknownServiceIsToldAtOnce() throws Exception {
        Reply reply = socks.connect("no-such-service.lab", 80);
        assertThat(reply.code()).isEqualTo(4);
        System.out.printf("unknown Service told in %.1f ms%n", reply.millis());
        assertThat(reply.millis()).isLessThan(100);
    }

    @Test
    void aClientThatHalfClosesStillGetsTheWholeAnswer() throws Exception {
        // /stream takes 4 s; port-forward would cut it 1 s after the client's FIN.
        String script = """
                import socket
                s = socket.create_connection(('%s', %s), 10)
                host = b'echo.lab'
                s.sendall(b'\\x05\\x01\\x00'); s.recv(2)
                s.sendall(b'\\x05\\x01\\x00\\x03' + bytes([len(host)]) + host + (80).to_bytes(2, 'big')); s.recv(10)
                s.sendall(b'GET /stream HTTP/1.1\\r\\nHost: echo\\r\\nConnection: close\\r\\n\\r\\n')
                s.shutdown(socket.SHUT_WR)
                data = b''
                while True:
                    more = s.recv(65536)
                    if not more: break
                    data += more
                print(data.decode())
                """.formatted((Object[]) SOCKS.split(":", -1));
        assertThat(world.python(script)).contains("data: 0").contains("data: 4");
    }

    @Test
    void largeBodiesArriveWhole() throws Exception {
        // Three of each Service at once.
        String services = world.real() ? "echo a b c" : "echo a echo a";
        String script = """
                set -e
                for service in %s; do
                  for i in 1 2 3; do
                    ( curl -sS --proxy socks5h://%s "http://$service.lab/bytes?n=104857600" | sha256sum ) &
                  done
                done
                wait
                """.formatted(services, SOCKS);
        List<String> sums = world.sure("sh", "-c", script).lines().toList();
        assertThat(sums).hasSize(12);
        // 100 MiB of zeros.
        assertThat(sums)
                .allSatisfy(sum ->
                        assertThat(sum).startsWith("20492a4d0d84f8beb1767f6616229f85d44c2827b64bdbfb260ee12fa1109e0e"));
    }

    @Test
    void uploadsArriveWhole() throws Exception {
        assertThat(world.sure(
                        "sh",
                        "-c",
                        "head -c 104857600 /dev/zero | curl -sS --proxy socks5h://" + SOCKS
                                + " -T - http://echo.lab/upload"))
                .contains("104857600");
    }

    @Test
    void statusShowsTheListeners() throws Exception {
        String status = world.kubetun("status").await(Duration.ofSeconds(20)).output();
        assertThat(status)
                .contains("proxy-out")
                .contains(SOCKS)
                .contains(CONNECT)
                .contains("READY");
        String json = world.kubetun("status", "-o", "json")
                .await(Duration.ofSeconds(20))
                .output();
        assertThat(json).contains("\"address\" : \"" + SOCKS + "\"");
    }

    @Test
    void aSecondOneSaysThatThePortIsTaken() throws Exception {
        Result second =
                world.kubetun(Map.of(), "proxy-out", "--listen-socks", SOCKS).await(Duration.ofSeconds(30));
        assertThat(second.status()).isEqualTo(60);
        assertThat(second.output()).contains(SOCKS).contains("ss -ltnp").doesNotContain("\tat ");
    }
}
