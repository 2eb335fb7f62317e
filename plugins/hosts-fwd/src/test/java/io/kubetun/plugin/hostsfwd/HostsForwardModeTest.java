package io.kubetun.plugin.hostsfwd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.Mode.Listening;
import io.kubetun.spi.cluster.ServiceState;
import io.kubetun.spi.cluster.ServiceState.Kind;
import io.kubetun.spi.cluster.ServiceState.Port;
import io.kubetun.spi.cluster.ServiceState.Protocol;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class HostsForwardModeTest extends OpenSession {
    private final int port = ThreadLocalRandom.current().nextInt(30_000, 32_000);

    @Test
    void a_service_has_an_address_its_names_and_its_ports() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port, port + 1));
        HostsForwardMode mode = session.start("domain = staging.internal");

        List<String> names = List.of(
                "echo",
                "echo.lab",
                "echo.lab.svc",
                "echo.lab.kind-lab",
                "echo.lab.svc.cluster.local",
                "echo.lab.staging.internal");
        assertThat(session.ourHosts())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("127.1.27.1 echo echo.lab echo.lab.svc ");
        assertThat(names).allSatisfy(name -> assertThat(session.lookup(name)).isEqualTo("127.1.27.1"));
        assertThat(mode.listening())
                .extracting(Listening::address)
                .containsExactly(
                        new InetSocketAddress("127.1.27.1", port), new InetSocketAddress("127.1.27.1", port + 1));
        assertThat(mode.listening().getFirst().serves()).isEqualTo("lab/echo:" + port);
        assertThat(mode.listening().getFirst().names()).containsExactlyInAnyOrderElementsOf(names);
        assertThat(Client.target("127.1.27.1", port)).isEqualTo("echo.lab:" + port);
        assertThat(session.said).anyMatch(line -> line.startsWith("lab/echo (echo) is at 127.1.27.1"));
    }

    @Test
    void two_services_share_a_port() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "a", port));
        session.cluster.put(Services.clusterIp("lab", "b", port));
        session.start("");
        assertThat(Client.target(session.lookup("a"), port)).isEqualTo("a.lab:" + port);
        assertThat(Client.target(session.lookup("b"), port)).isEqualTo("b.lab:" + port);
    }

    @Test
    void services_come_and_go() throws Exception {
        HostsForwardMode mode = session.start("");
        assertThat(mode.listening()).isEmpty();
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        Eventually.see("its name", () -> !session.lookup("echo").isEmpty());
        String address = session.lookup("echo");
        assertThat(Client.target(address, port)).isEqualTo("echo.lab:" + port);

        session.cluster.remove("lab", "echo");
        Eventually.see("no name", () -> session.ourHosts().isEmpty());
        assertThatThrownBy(() -> Client.target(address, port)).isInstanceOf(SocketException.class);
        assertThat(session.said).contains("lab/echo is gone.");
    }

    @Test
    void each_pod_of_a_headless_service_has_an_address_and_names() throws Exception {
        session.cluster.put(Services.headless("lab", "peer", port, Services.peers("peer", 3)));
        session.start("");

        assertThat(Client.target(session.lookup("peer"), port)).isEqualTo("peer-0.peer.lab.svc.cluster.local:" + port);
        for (String name :
                List.of("peer-2.peer", "peer-2.peer.lab", "peer-2.peer.lab.svc", "peer-2.peer.lab.svc.cluster.local")) {
            assertThat(Client.target(session.lookup(name), port))
                    .isEqualTo("peer-2.peer.lab.svc.cluster.local:" + port);
        }
        assertThat(session.ourHosts()).hasSize(4);
    }

    @Test
    void a_pod_without_a_fixed_name_goes_at_once_and_one_with_it_after_a_while() throws Exception {
        session.cluster.put(Services.headless(
                "lab", "peer", port, Services.pod("web-abc", "10.244.0.9", true), Services.peer("peer-0", true)));
        session.start("", Duration.ofMillis(300));
        assertThat(session.lookup("web-abc.peer")).isNotEmpty();

        session.cluster.put(Services.headless("lab", "peer", port));
        Eventually.see(
                "the loose pod is gone", () -> session.lookup("web-abc.peer").isEmpty());
        Eventually.see(
                "the fixed pod is gone", () -> session.lookup("peer-0.peer").isEmpty());
        assertThat(session.lookup("peer")).isNotEmpty();
    }

    @Test
    void an_external_name_that_leads_to_a_service_has_that_ones_ports() throws Exception {
        session.cluster.put(Services.externalName("other", "echo", "echo.lab.svc.cluster.local"));
        session.cluster.put(Services.externalName("other", "search", "www.example.com"));
        session.start("namespaces = [other, lab]");
        assertThat(session.said).anyMatch(line -> line.contains("other/echo is skipped: it names no port"));
        assertThat(session.said)
                .anyMatch(line -> line.contains("other/search is skipped: it leads to www.example.com"));

        session.cluster.put(Services.clusterIp("lab", "echo", port));
        Eventually.see("its name", () -> !session.lookup("echo.other").isEmpty());
        assertThat(Client.target(session.lookup("echo.other"), port)).isEqualTo("echo.lab.svc.cluster.local:" + port);
    }

    @Test
    void a_service_without_a_selector_is_forwarded_if_its_endpoints_are_pods() throws Exception {
        session.cluster.put(Services.selectorless("lab", "database", port, Services.foreign("192.0.2.7")));
        session.cluster.put(Services.selectorless("lab", "by-hand", port, Services.pod("p", "10.244.0.3", true)));
        session.start("");
        assertThat(session.lookup("database")).isEmpty();
        assertThat(session.said)
                .anyMatch(line -> line.startsWith("lab/database is skipped: its endpoints are written by hand"));
        assertThat(Client.target(session.lookup("by-hand"), port)).isEqualTo("by-hand.lab:" + port);
    }

    @Test
    void udp_is_said_once() throws Exception {
        List<Port> ports = List.of(new Port("dns", port, Protocol.UDP), new Port("tcp", port, Protocol.TCP));
        session.cluster.put(Services.of("lab", "dns", Kind.CLUSTER_IP, ports, List.of()));
        HostsForwardMode mode = session.start("");
        session.cluster.put(Services.of("lab", "dns2", Kind.CLUSTER_IP, ports, List.of()));
        Eventually.see("the second one", () -> mode.listening().size() == 2);
        assertThat(session.said)
                .filteredOn(line -> line.contains("UDP"))
                .hasSize(1)
                .first()
                .asString()
                .contains("lab/dns:" + port);
    }

    @Test
    void ports_are_mapped_and_addresses_reserved() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", 80, port + 1));
        session.cluster.put(Services.clusterIp("lab", "b", port + 1));
        session.start("mapping = [\"80:" + port + "\"], reserve = [\"echo.lab:127.1.27.1\"]");
        assertThat(session.lookup("echo")).isEqualTo("127.1.27.1");
        assertThat(session.lookup("b")).isEqualTo("127.1.27.2");
        assertThat(Client.target("127.1.27.1", port)).isEqualTo("echo.lab:80");
    }

    @Test
    void a_service_moves_when_another_program_is_on_its_address() throws Exception {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress("127.9.9.9", port));
            session.cluster.put(Services.clusterIp("lab", "echo", port - 1, port));
            session.start("reserve = [\"echo:127.9.9.9\"]");
            assertThat(Client.target(session.lookup("echo"), port)).isEqualTo("echo.lab:" + port);
            assertThat(Client.target(session.lookup("echo"), port - 1)).isEqualTo("echo.lab:" + (port - 1));
            assertThat(session.lookup("echo")).isEqualTo("127.1.27.1");
            assertThat(session.said).anyMatch(line -> line.startsWith("lab/echo is at 127.1.27.1 now"));
            assertThat(session.flows.open).hasSize(2);
        }
    }

    @Test
    void a_port_that_is_taken_on_every_address_is_left_out_and_the_others_are_open() throws Exception {
        try (ServerSocket everywhere = new ServerSocket(port)) {
            session.cluster.put(Services.clusterIp("lab", "echo", everywhere.getLocalPort(), port - 1));
            session.start("");
            assertThat(session.lookup("echo")).isEqualTo("127.1.27.1");
            assertThat(Client.target("127.1.27.1", port - 1)).isEqualTo("echo.lab:" + (port - 1));
            assertThat(session.said).anyMatch(line -> line.contains("another program has it on every address"));
        }
    }

    @Test
    void two_sessions_of_one_cluster_do_not_take_each_others_addresses() throws Exception {
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        session.start("");
        try (TestSession second = new TestSession(home, "s2", "kind-lab", "https://127.0.0.1:6443")) {
            second.cluster.put(Services.clusterIp("lab", "echo", port));
            HostsForwardMode mode = second.start("");
            assertThat(mode.listening().getFirst().address().getAddress().getHostAddress())
                    .isEqualTo("127.1.27.2");
        }
        assertThat(Client.target("127.1.27.1", port)).isEqualTo("echo.lab:" + port);
    }

    @Test
    void where_no_port_may_be_opened_the_start_fails_with_the_reason_and_leaves_nothing() throws Exception {
        String before = Files.readString(session.hostsFile);
        session.flows.forbidden.add(port);
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        assertThatThrownBy(() -> session.start(""))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("it wants root");
        assertThat(session.cluster.watchClosed).isTrue();
        assertThat(Files.readString(session.hostsFile)).isEqualTo(before);
    }

    @Test
    void a_hosts_file_that_cannot_be_written_is_refused_and_no_hosts_does_without() throws Exception {
        session.host.readOnly = true;
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        assertThatThrownBy(() -> session.start("")).hasMessageContaining("--no-hosts");
        assertThat(session.flows.open).isEmpty();

        session.start("no-hosts = true");
        assertThat(Client.target("127.1.27.1", port)).isEqualTo("echo.lab:" + port);
        assertThat(session.host.happened).isEmpty();
    }

    @Test
    void many_changes_are_few_changes_of_the_hosts_file() throws Exception {
        session.start("");
        int many = 200;
        for (int i = 0; i < many; i++) {
            session.cluster.put(Services.clusterIp("lab", "s" + i, port));
        }
        Eventually.see("all names", () -> session.ourHosts().size() == many);
        assertThat(session.host.happened).hasSizeLessThan(many / 4);
    }

    @Test
    void it_stops_in_the_right_order_and_leaves_the_hosts_file_as_it_was() throws Exception {
        String before = Files.readString(session.hostsFile);
        session.host.aliases = true;
        session.cluster.put(Services.clusterIp("lab", "echo", port));
        HostsForwardMode mode = session.start("");
        try (Client client = new Client(session.lookup("echo"), port)) {
            client.line();
            mode.stop();
            assertThat(client.line()).as("the connection has ended").isNull();
        }
        String block = "hosts-block " + session.hostsFile + "#s1";
        assertThat(session.host.happened)
                .containsExactly(
                        "apply loopback-alias 127.1.27.1",
                        "apply " + block,
                        "undo " + block,
                        "undo loopback-alias 127.1.27.1");
        assertThat(session.cluster.watchClosed).isTrue();
        assertThat(session.flows.open).isEmpty();
        assertThat(mode.listening()).isEmpty();
        assertThat(Files.readString(session.hostsFile)).isEqualTo(before);
        session.cluster.put(Services.clusterIp("lab", "late", port));
        assertThat(session.flows.open).isEmpty();
    }

    @Test
    void a_thousand_services_with_two_ports_start_in_three_seconds() throws Exception {
        int many = 1_000;
        for (int i = 0; i < many; i++) {
            ServiceState service = Services.clusterIp("lab", "service-" + i, port, port + 1);
            session.cluster.put(service);
        }
        Duration limit = Duration.ofSeconds(3);
        long start = System.nanoTime();
        HostsForwardMode mode = session.start("");
        if (Duration.ofNanos(System.nanoTime() - start).compareTo(limit) > 0) {
            mode.stop(); // Once more: another process may have had the processor.
            start = System.nanoTime();
            mode = session.start("");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
        }
        assertThat(mode.listening()).hasSize(2 * many);
        assertThat(session.said).hasSizeLessThan(5).last().asString().contains("1000 addresses", "2000 ports");
        assertThat(Client.target(session.lookup("service-999"), port)).isEqualTo("service-999.lab:" + port);
        start = System.nanoTime();
        mode.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }
}
