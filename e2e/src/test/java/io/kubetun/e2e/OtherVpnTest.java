package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code proxy-out} where another VPN owns the routes, which lead into nothing, and the name server is dead. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class OtherVpnTest {
    private static final String SOCKS = "127.0.0.1:11097";
    private static final String CONNECT = "127.0.0.1:18097";

    @TempDir
    Path scratch;

    private LabWorld lab;
    private String resolv;
    private Running proxy;
    private Socks socks;

    @BeforeEach
    void start() throws Exception {
        lab = (LabWorld) World.open(scratch);
        resolv = lab.onLaptop("cat", "/etc/resolv.conf");
        lab.onLaptop("ip", "route", "add", "172.30.0.1/32", "dev", "eth0");
        lab.onLaptop("ip", "route", "add", "unreachable", "0.0.0.0/1");
        lab.onLaptop("ip", "route", "add", "unreachable", "128.0.0.0/1");
        lab.onLaptop("sh", "-c", "echo nameserver 192.0.2.53 >/etc/resolv.conf");
        proxy = lab.kubetun("proxy-out", "--listen-socks", SOCKS, "--listen-http-connect", CONNECT);
        socks = new Socks(lab, SOCKS);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        lab.close();
        lab.onLaptop(
                "sh",
                "-c",
                "ip route del unreachable 0.0.0.0/1; ip route del unreachable 128.0.0.0/1; ip route del 172.30.0.1/32 dev eth0; printf '%s\\n' \"$0\" >/etc/resolv.conf",
                resolv.strip());
    }

    @Test
    void everythingStillWorksOverTheApiServerAlone() throws Exception {
        proxy.awaitLine("Ready", Duration.ofSeconds(30));
        for (String url : List.of(
                "http://echo.lab.svc.cluster.local/",
                "http://echo.lab/",
                "http://echo/",
                "http://echo.other/",
                "http://" + lab.clusterIp("echo") + "/",
                "http://" + lab.podIp("echo") + ":8080/")) {
            assertThat(socks.curl(url)).contains("\"app\":\"echo\"");
        }
        assertThat(socks.curl("http://peer-0.peer.lab:8080/")).contains("\"pod\":\"peer-0\"");
        Protocols protocols = new Protocols(lab, socks.curl());
        protocols.tls();
        protocols.grpc();
        protocols.webSocket();
        protocols.eventsOneByOne();
        Protocols.httpConnect(lab, CONNECT);
        Protocols.tlsInHttpConnect(lab, CONNECT);
        long kernel = lab.kernel().orElseThrow().pid();
        assertThat(lab.onLaptop("ss", "-Htnp", "state", "established")
                        .lines()
                        .filter(line -> line.contains("pid=" + kernel + ","))
                        .filter(line -> !line.contains(SOCKS) && !line.contains(CONNECT)))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).containsPattern("172\\.30\\.0\\.1\\]?:6443"));
    }
}
