package io.kubetun.plugin.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Endpoint;
import io.kubetun.spi.cluster.ServiceState.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PacTest {
    private static ServiceState service(String namespace, String name, String... podHosts) throws Exception {
        InetAddress ip = InetAddress.ofLiteral("10.96.0.7");
        List<Endpoint> endpoints = Arrays.stream(podHosts)
                .map(host -> new Endpoint(ip, Optional.of(host), Optional.of(host), true))
                .toList();
        return new ServiceState(namespace, name, Kind.CLUSTER_IP, List.of(ip), Optional.empty(), List.of(), endpoints);
    }

    @Test
    void sendsTheClustersNamesToSocks() throws Exception {
        try (ProxyFixture proxy =
                new ProxyFixture("listen-http-connect = \"127.0.0.1:0\", pac = true", Limits.DEFAULT)) {
            proxy.session.services = List.of(service("lab", "echo"), service("lab", "peer", "peer-0"));
            proxy.start();
            try (Wire client = proxy.http()) {
                String answer = client.send("GET /proxy.pac HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        .readAll();
                int port = proxy.address("SOCKS5").getPort();
                assertThat(answer)
                        .startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/x-ns-proxy-autoconfig\r\n")
                        .contains("X-Content-Type-Options: nosniff\r\n")
                        .contains("function FindProxyForURL(url, host) {")
                        .contains("return \"SOCKS5 127.0.0.1:" + port + "; SOCKS 127.0.0.1:" + port + "\";")
                        .contains("/\\.(svc|cluster\\.local)$/")
                        .contains("\"echo\":1,\"echo.lab\":1,\"peer\":1,\"peer-0.peer\":1,\"peer-0.peer.lab\":1")
                        .contains("\"10.96.0.7\":1")
                        .endsWith("  return \"DIRECT\";\n}\n");
            }
            try (Wire client = proxy.http()) { // CONNECT still works beside it
                assertThat(client.send("CONNECT echo:7 HTTP/1.1\r\n\r\n").readText(12))
                        .isEqualTo("HTTP/1.1 200");
            }
            assertThat(proxy.session.watching).isTrue();
            proxy.mode.stop();
            assertThat(proxy.session.watching).isFalse();
        }
    }

    @Test
    void isServedOnAListenerOfItsOwn() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture("listen-pac = \"127.0.0.1:0\"", Limits.DEFAULT).start()) {
            InetSocketAddress address = proxy.address("/proxy.pac");
            try (Wire client = new Wire(address)) {
                assertThat(client.send("GET /proxy.pac?now HTTP/1.1\r\n\r\n").readAll())
                        .startsWith("HTTP/1.1 200 OK\r\n");
            }
            try (Wire client = new Wire(address)) {
                assertThat(client.send("GET / HTTP/1.1\r\n\r\n").readAll()).startsWith("HTTP/1.1 404 ");
            }
            try (Wire client = new Wire(address)) {
                assertThat(client.send("CONNECT echo:7 HTTP/1.1\r\n\r\n").readAll())
                        .startsWith("HTTP/1.1 404 ");
            }
            assertThat(proxy.session.dialled).isEmpty();
        }
    }

    @Test
    void worksWithoutThePermissionToListServices() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture("listen-pac = \"127.0.0.1:0\"", Limits.DEFAULT)) {
            proxy.session.watchFailure = Optional.of(new KubetunException(
                    ErrorCode.FORBIDDEN, "cannot list services in lab", "the verb list is missing", "Ask for it"));
            proxy.start();
            try (Wire client = new Wire(proxy.address("/proxy.pac"))) {
                assertThat(client.send("GET /proxy.pac HTTP/1.1\r\n\r\n").readAll())
                        .contains("var names = {};", "cluster\\.local");
            }
            assertThat(proxy.session.steps).singleElement().asString().contains("the verb list is missing");
        }
    }

    @Test
    void followsServices() throws Exception {
        ClusterNames names = new ClusterNames("lab");
        names.changed(service("lab", "echo"));
        names.changed(service("other", "cart"));
        assertThat(names.snapshot()).containsExactly("10.96.0.7", "cart.other", "echo", "echo.lab");
        names.removed("lab", "echo");
        assertThat(names.snapshot()).containsExactly("10.96.0.7", "cart.other");
    }

    @Test
    void tellsOtherMachinesNoNamesAndAnAddressTheyCanReach() throws Exception {
        InetAddress lan = InetAddress.ofLiteral("192.0.2.7");
        PacFile pac = new PacFile(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 1080), () -> List.of("echo"));
        assertThat(pac.script(
                        new InetSocketAddress(lan, 8118),
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.8"), 40000)))
                .contains("SOCKS5 192.0.2.7:1080", "var names = {};");
    }
}
