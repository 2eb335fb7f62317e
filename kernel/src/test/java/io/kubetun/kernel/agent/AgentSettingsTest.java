package io.kubetun.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentSettingsTest {
    /** The public key of RFC 8032, 7.1, test 1, as X.509 has it. */
    static final String KEY = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    static Map<String, String> environment(String... more) {
        Map<String, String> all = new HashMap<>();
        all.put("KUBETUN_AGENT_KEY", KEY);
        all.put("KUBETUN_AGENT_POD_IPS", "10.42.0.7,fd00::7");
        for (int i = 0; i < more.length; i += 2) {
            all.put("KUBETUN_AGENT_" + more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void whatIsNotSaidIsAsUsual() throws Exception {
        AgentSettings settings = AgentSettings.of(environment());
        assertThat(settings.port()).isEqualTo(9701);
        assertThat(settings.redirect()).isEqualTo(9702);
        assertThat(settings.tcp()).isEqualTo(new TakenPorts.Some(new TreeSet<>()));
        assertThat(settings.udp()).isEmpty();
        assertThat(settings.probes()).isEmpty();
        assertThat(settings.idle()).as("it ends with its pod").isEmpty();
        assertThat(AgentSettings.of(environment("IDLE_SECONDS", "600")).idle()).contains(Duration.ofMinutes(10));
        assertThat(settings.podIps())
                .containsExactly(InetAddress.ofLiteral("10.42.0.7"), InetAddress.ofLiteral("fd00::7"));
    }

    @Test
    void theEnvironmentHasTheLastWord() throws Exception {
        AgentSettings settings = AgentSettings.of(environment(
                "TCP",
                "8443, 8080",
                "UDP",
                "7,53",
                "PROBES",
                "http:8080:/healthz?a:b;tcp:3306;http:81:",
                "NODE_IPS",
                "192.0.2.1"));
        assertThat(settings.tcp()).isEqualTo(new TakenPorts.Some(new TreeSet<>(List.of(8080, 8443))));
        assertThat(settings.redirectOfUdp(7)).isEqualTo(9703);
        assertThat(settings.redirectOfUdp(53)).isEqualTo(9704);
        assertThat(settings.probes())
                .containsExactly(new Probe.Http(8080, "/healthz?a:b"), new Probe.Tcp(3306), new Probe.Http(81, "/"));
        assertThat(settings.probePaths(8080)).containsExactly("/healthz?a:b");
        assertThat(AgentSettings.of(environment("TCP", "all")).tcp()).isEqualTo(new TakenPorts.All());
    }

    @Test
    void entrancesAreInsteadOfRules() throws Exception {
        assertThat(AgentSettings.of(environment()).hasRules()).isTrue();
        AgentSettings settings = AgentSettings.of(environment("ENTRANCES", "9703=8080, 9704=8443"));
        assertThat(settings.hasRules()).isFalse();
        assertThat(settings.entrances()).containsExactly(Map.entry(9703, 8080), Map.entry(9704, 8443));
        assertThatThrownBy(() -> AgentSettings.of(environment("ENTRANCES", "9703=8080", "TCP", "all")))
                .hasMessageContaining("what rules redirect is named too");
    }

    @ParameterizedTest
    @CsvSource({
        "ENTRANCES, 9703",
        "ENTRANCES, 9703=http",
        "ENTRANCES, 9702=8080",
        "ENTRANCES, 9703=9701",
        "ENTRANCES, '9703=9704,9704=8080'",
        "KEY, AAAA",
        "KEY, ''",
        "TCP, 0",
        "TCP, http",
        "TCP, 9702",
        "TCP, 9701",
        "UDP, 65536",
        "PROBES, exec:1",
        "PROBES, http:80:healthz",
        "PROBES, tcp:80:x",
        "POD_IPS, ''",
        "POD_IPS, echo",
        "NODE_IPS, 1.2.3",
        "PORT, x"
    })
    void nonsenseIsNamedByItsVariable(String variable, String value) {
        assertThatThrownBy(() -> AgentSettings.of(environment(variable, value)))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("KUBETUN_AGENT_" + variable);
    }

    @Test
    void theRoutingTableTellsTheNodesEndOfTheCable(@TempDir Path procNet) throws Exception {
        assertThat(NodeAddresses.defaultGateways(procNet)).isEmpty();
        Files.writeString(
                procNet.resolve("route"),
                "Iface\tDestination\tGateway \tFlags\neth0\t00000000\t0100F40A\t0003\t0\neth0\t0000F40A\t00000000\t0001\n",
                StandardCharsets.US_ASCII);
        Files.writeString(
                procNet.resolve("ipv6_route"),
                "0".repeat(32) + " 00 " + "0".repeat(32) + " 00 fd000000000000000000000000000001 00000400\n"
                        + "0".repeat(32) + " 00 " + "0".repeat(32) + " 00 " + "0".repeat(32) + " ffffffff lo\n",
                StandardCharsets.US_ASCII);
        assertThat(NodeAddresses.defaultGateways(procNet))
                .containsExactly(InetAddress.ofLiteral("10.244.0.1"), InetAddress.ofLiteral("fd00::1"));
    }

    @ParameterizedTest
    @CsvSource({
        "PROBE, 'GET /healthz HTTP/1.1|Host: x|User-Agent: kube-probe/1.34||'",
        "PROBE, 'GET /healthz HTTP/1.1|uSER-aGENT:kube-probe/1.34||'",
        "UNKNOWN, ''",
        "UNKNOWN, 'GE'",
        "UNKNOWN, 'GET /healthz HTTP/1.1|User-Agent: kube-probe/1.34|'",
        "OTHER, 'POST /healthz HTTP/1.1|User-Agent: kube-probe/1.34||'",
        "OTHER, 'GET /other HTTP/1.1|'",
        "OTHER, 'GET /healthz/2 HTTP/1.1|User-Agent: kube-probe/1.34||'",
        "OTHER, 'GET /healthz HTTP/1.1|User-Agent: curl kube-probe/1.34||'",
        "OTHER, 'GET /healthz HTTP/1.1|X: kube-probe/1.34||'",
        "OTHER, 'PRI * HTTP/2.0|'"
    })
    void probesAreKnownByPathAndProgram(ProbeRequest expected, String head) {
        assertThat(ProbeRequest.in(head.replace("|", "\r\n"), List.of("/healthz")))
                .isEqualTo(expected);
    }

    @Test
    void aHeadWithoutEndIsNoProbe() {
        String head = "GET /healthz HTTP/1.1\r\nX: " + "x".repeat(8 << 10);
        assertThat(ProbeRequest.in(head, List.of("/healthz"))).isEqualTo(ProbeRequest.OTHER);
    }
}
