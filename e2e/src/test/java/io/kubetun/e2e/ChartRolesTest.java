package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Each mode under exactly the Role that the chart gives it. {@link GatewayTest} does it for gateways that are deployed. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class ChartRolesTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String SOCKS = "127.0.0.1:1096";

    @TempDir
    private Path scratch;

    private LabWorld lab;

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
    }

    @AfterEach
    void forget() throws Exception {
        lab.close();
        lab.forget("socks");
        lab.forget("connect");
        lab.kubectl(
                "delete", "--ignore-not-found", "-f", LabWorld.chart("gateway").toString());
    }

    private boolean may(Path kubeconfig, String... asked) throws Exception {
        String[] all = new String[asked.length + 6];
        System.arraycopy(
                new String[] {"kubectl", "--kubeconfig", kubeconfig.toString(), "auth", "can-i", "-q"}, 0, all, 0, 6);
        System.arraycopy(asked, 0, all, 6, asked.length);
        return new Running(lab.asRoot(all)).await(READY).status() == 0;
    }

    @Test
    void proxyOutUnderTheRoleSocks() throws Exception {
        Path kubeconfig = lab.loginWith("socks");
        assertThat(may(kubeconfig, "get", "secrets", "-n", "lab")).isFalse();
        assertThat(may(kubeconfig, "get", "pods", "-n", "other")).isFalse();
        try (Running proxy = lab.kubetun(
                "proxy-out", "--foreground", "--listen-socks", SOCKS, "--kubeconfig", kubeconfig.toString())) {
            proxy.awaitLine("Ready", READY);
            assertThat(proxy.output()).doesNotContain("may not");
            assertThat(new Socks(lab, SOCKS).curl("http://echo.lab/", "http://peer-0.peer:8080/"))
                    .contains("\"app\":\"echo\"", "peer-0");
            proxy.stop();
        }
    }

    @Test
    void proxyOutThroughAnInstalledGatewayUnderTheRoleSocks() throws Exception {
        lab.loadGateway();
        lab.kubectl("apply", "-f", LabWorld.chart("gateway").toString());
        lab.kubectl("-n", "lab", "rollout", "status", "deployment/kubetun-gateway", "--timeout=60s");
        Path kubeconfig = lab.loginWith("socks");
        for (String gateway : new String[] {"auto", "kubetun-gateway"}) {
            try (Running proxy = lab.kubetun(
                    "proxy-out",
                    "--foreground",
                    "--listen-socks",
                    SOCKS,
                    "--kubeconfig",
                    kubeconfig.toString(),
                    "--gateway",
                    gateway)) {
                proxy.awaitLine("Ready", READY);
                assertThat(proxy.output()).contains("Flows go through the gateway lab/kubetun-gateway.");
                assertThat(new Socks(lab, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
                proxy.stop();
            }
        }
        assertThat(lab.kubectl("-n", "lab", "get", "deployment", "kubetun-gateway", "-o", "name"))
                .contains("kubetun-gateway");
    }

    @Test
    void connectUnderTheRolesTunAndDns() throws Exception {
        Path kubeconfig = lab.loginWith("connect");
        assertThat(may(kubeconfig, "list", "nodes")).isFalse();
        try (Running connect = lab.sudo(Map.of("KUBECONFIG", kubeconfig.toString()), "tun")) {
            connect.awaitLine("Ready", READY);
            assertThat(lab.page(lab.clusterIp("echo"))).contains("\"app\":\"echo\"");
            connect.stop();
        }
    }
}
