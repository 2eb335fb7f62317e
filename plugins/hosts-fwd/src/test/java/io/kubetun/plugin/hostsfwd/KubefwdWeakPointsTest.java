package io.kubetun.plugin.hostsfwd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.DialException;
import io.kubetun.spi.Mode.Listening;
import java.net.SocketException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What kubefwd's users reported, one test each; the numbers are those of the list that the design keeps. */
class KubefwdWeakPointsTest extends OpenSession {
    private final int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);

    @Test
    void point1_no_dashed_twin_takes_the_name_of_another_service() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "web", port));
        session.cluster.put(Services.clusterIp("other", "web", port));
        session.cluster.put(Services.clusterIp("lab", "web-other", port));
        session.start("namespaces = [lab, other]");

        assertThat(Client.target(session.lookup("web-other"), port)).isEqualTo("web-other.lab:" + port);
        assertThat(Client.target(session.lookup("web.other"), port)).isEqualTo("web.other:" + port);
        assertThat(session.lookup("web-lab")).isEmpty();
    }

    @Test
    void point1_a_pod_does_not_take_the_name_of_a_service() throws Exception {
        session.cluster.put(Services.headless("lab", "other", port, Services.peer("web", true)));
        session.cluster.put(Services.clusterIp("other", "web", port));
        session.start("namespaces = [lab, other]");

        assertThat(Client.target(session.lookup("web.other"), port)).isEqualTo("web.other:" + port);
    }

    @Test
    void point2_the_users_own_entries_stay_and_win() throws Exception {
        String own = "127.0.0.1\tlocalhost\r\n10.1.2.3  echo  # my own echo\n\n# a comment: ECHO.lab\n";
        Files.writeString(session.hostsFile, own);
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        session.cluster.put(Services.clusterIp("lab", "localhost", port));
        HostsForwardMode mode = session.start("");

        assertThat(session.lookup("echo")).isEqualTo("10.1.2.3");
        assertThat(session.lookup("localhost")).isEqualTo("127.0.0.1");
        assertThat(session.lookup("echo.lab")).startsWith("127.1.27.");
        assertThat(session.said).anyMatch(line -> line.contains("The name echo is yours"));
        mode.stop();
        assertThat(Files.readAllLines(session.hostsFile))
                .containsExactly("127.0.0.1\tlocalhost", "10.1.2.3  echo  # my own echo", "", "# a comment: ECHO.lab");
    }

    @Test
    void point4_the_address_stays_when_the_pod_is_replaced_and_after_a_restart() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "first", port));
        session.cluster.put(Services.clusterIp("lab", "second", port));
        HostsForwardMode mode = session.start("");
        String before = session.lookup("second");
        session.cluster.put(Services.withoutPods("lab", "second", port));
        session.cluster.put(Services.clusterIp("lab", "second", port));
        assertThat(Client.target(before, port)).isEqualTo("second.lab:" + port);
        mode.stop();
        session.close();

        session = new TestSession(home);
        session.cluster.put(Services.clusterIp("lab", "second", port));
        session.start("");
        assertThat(session.lookup("second")).isEqualTo(before);
    }

    @Test
    void point4_more_than_254_services_have_addresses_of_their_own() throws Exception {
        int many = 600;
        session.cluster.put(Services.clusterIp("other", "early", port));
        for (int i = 0; i < many; i++) {
            session.cluster.put(Services.clusterIp("lab", "s" + i, port));
        }
        HostsForwardMode mode = session.start("namespaces = [other, lab]");

        Set<String> addresses = new HashSet<>();
        Map<String, Set<String>> namespacesOfOctet = new HashMap<>();
        for (Listening listening : mode.listening()) {
            String address = listening.address().getAddress().getHostAddress();
            addresses.add(address);
            String octet = address.substring(0, address.lastIndexOf('.'));
            namespacesOfOctet
                    .computeIfAbsent(octet, _ -> new HashSet<>())
                    .add(listening.serves().substring(0, listening.serves().indexOf('/')));
        }
        assertThat(addresses).hasSize(many + 1).allMatch(address -> address.matches("127\\.1\\.(2[7-9]|30)\\.\\d+"));
        assertThat(addresses).noneMatch(address -> address.endsWith(".0") || address.endsWith(".255"));
        assertThat(namespacesOfOctet)
                .hasSize(4)
                .allSatisfy((_, namespaces) -> assertThat(namespaces).hasSize(1));
    }

    @Test
    void point5_name_address_and_listener_stay_during_failover() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port, port + 1));
        HostsForwardMode mode = session.start("");
        String address = session.lookup("echo");
        var before = mode.listening();

        session.cluster.put(Services.withoutPods("lab", "echo", port, port + 1));
        session.dialer.failing.put(
                "echo.lab:" + port,
                new DialException(DialException.Reason.NO_ENDPOINTS, "lab/echo has no ready endpoint"));
        assertThatThrownBy(() -> Client.target(address, port)).isInstanceOf(SocketException.class);
        assertThat(mode.listening()).isEqualTo(before);
        assertThat(session.lookup("echo")).isEqualTo(address);
        assertThat(session.said).anyMatch(line -> line.contains("lab/echo has no ready endpoint"));
        assertThat(Client.target(address, port + 1)).isEqualTo("echo.lab:" + (port + 1));

        session.dialer.failing.clear();
        session.cluster.put(Services.clusterIp("lab", "echo", port, port + 1));
        assertThat(Client.target(address, port)).isEqualTo("echo.lab:" + port);
    }

    @Test
    void point5_a_restarting_pod_of_a_statefulset_keeps_its_name_and_address() throws Exception {
        session.cluster.put(Services.headless("lab", "peer", port, Services.peers("peer", 2)));
        HostsForwardMode mode = session.start("");
        String address = session.lookup("peer-0.peer");

        session.cluster.put(Services.headless("lab", "peer", port, Services.peer("peer-1", true)));
        session.cluster.put(Services.clusterIp("lab", "marker", port));
        Eventually.see(
                "the change before the marker", () -> !session.lookup("marker").isEmpty());
        assertThat(session.lookup("peer-0.peer")).isEqualTo(address);
        assertThat(mode.listening()).anyMatch(listening -> listening.serves().equals("lab/peer/peer-0:" + port));
        assertThat(Client.target(session.lookup("peer"), port)).isEqualTo("peer-1.peer.lab.svc.cluster.local:" + port);
    }

    @Test
    void point6_one_bad_connection_does_not_affect_the_others() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        session.start("");
        String address = session.lookup("echo");

        try (Client good = new Client(address, port);
                Client bad = new Client(address, port)) {
            assertThat(good.line()).isEqualTo("echo.lab:" + port);
            assertThat(bad.line()).isEqualTo("echo.lab:" + port);
            bad.reset();
            session.dialer.failing.put(
                    "echo.lab:" + port, new DialException(DialException.Reason.REFUSED, "connection refused"));
            assertThatThrownBy(() -> Client.target(address, port)).isInstanceOf(SocketException.class);
            session.dialer.failing.clear();
            assertThat(good.say("still here")).isEqualTo("still here");
            assertThat(Client.target(address, port)).isEqualTo("echo.lab:" + port);
        }
    }

    @Test
    void point7_two_clusters_at_once_have_addresses_that_differ() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        session.start("");
        try (TestSession second = new TestSession(home, "s2", "staging", "https://127.0.0.1:7443")) {
            second.cluster.put(Services.clusterIp("lab", "echo", port));
            HostsForwardMode mode = second.start("");
            String other = mode.listening().getFirst().address().getAddress().getHostAddress();
            assertThat(session.lookup("echo.lab.kind-lab")).startsWith("127.1.27.");
            assertThat(other).startsWith("127.2.27.").isEqualTo(second.lookup("echo.lab.staging"));
            second.cluster.remove("lab", "echo");
            Eventually.see("the Service is gone there", () -> mode.listening().isEmpty());
            assertThat(Client.target(session.lookup("echo.lab.kind-lab"), port)).isEqualTo("echo.lab:" + port);
        }
    }

    @Test
    void point8_the_selector_is_for_services_not_for_namespaces() throws Exception {
        session.start("all-namespaces = true, selector = \"app=echo\", field-selector = \"metadata.name=echo\"");
        assertThat(session.cluster.asked.orElseThrow().namespaces()).isEmpty();
        assertThat(session.cluster.asked.orElseThrow().labelSelector()).isEqualTo("app=echo");
        assertThat(session.cluster.asked.orElseThrow().fieldSelector()).isEqualTo("metadata.name=echo");
    }

    @Test
    void point9_a_port_replaced_by_another_is_noticed_though_their_number_stays() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port, port + 1));
        HostsForwardMode mode = session.start("");
        String address = session.lookup("echo");

        try (Client untouched = new Client(address, port)) {
            untouched.line();
            session.cluster.put(Services.clusterIp("lab", "echo", port, port + 2));
            Eventually.see(
                    "the new port", () -> session.flows.open.stream().anyMatch(open -> open.getPort() == port + 2));
            assertThat(session.flows.open).noneMatch(open -> open.getPort() == port + 1);
            assertThat(mode.listening())
                    .extracting(Listening::serves)
                    .containsExactly("lab/echo:" + port, "lab/echo:" + (port + 2));
            assertThat(Client.target(address, port + 2)).isEqualTo("echo.lab:" + (port + 2));
            assertThat(untouched.say("still here")).isEqualTo("still here");
        }
    }
}
