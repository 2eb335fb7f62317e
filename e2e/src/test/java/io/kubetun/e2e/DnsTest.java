package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code dns} as a user without root and with the least Role uses it, beside the cluster's own name server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsTest {
    private static final int PORT = 15353;

    private World world;
    private Running dns;
    private Path probe;

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        probe = Files.createDirectories(scratch.resolve("probe/io/kubetun/e2e"));
        String file = DnsProbe.class.getSimpleName() + ".class";
        try (var in = DnsProbe.class.getResourceAsStream(file)) {
            Files.copy(in, probe.resolve(file));
        }
        probe = scratch.resolve("probe");
        world.give(probe);
        dns = world.kubetun("dns", "--dns-listen", "127.0.0.1:" + PORT, "--dns-upstream", "127.0.0.1:1");
        dns.awaitLine("Ready", Duration.ofSeconds(30));
    }

    @AfterAll
    void stop() {
        dns.close();
        world.close();
    }

    private List<String> questions() throws Exception {
        String service = world.clusterIp("echo");
        String pod = world.podIp("echo");
        return List.of(
                "echo.lab.svc.cluster.local/A",
                "EcHo.LAB.svc.Cluster.local/A",
                "echo.lab.svc.cluster.local/AAAA",
                "echo.lab.svc.cluster.local/TXT",
                "echo.lab.svc.cluster.local/CNAME",
                "echo.lab.svc.cluster.local/SRV",
                "_http._tcp.echo.lab.svc.cluster.local/SRV",
                "_HTTP._Tcp.echo.lab.svc.cluster.local/SRV",
                "_http._udp.echo.lab.svc.cluster.local/SRV",
                "_none._tcp.echo.lab.svc.cluster.local/SRV",
                "a.lab.svc.cluster.local/SRV",
                "peer.lab.svc.cluster.local/A",
                "peer.lab.svc.cluster.local/AAAA",
                "peer-0.peer.lab.svc.cluster.local/A",
                "peer-9.peer.lab.svc.cluster.local/A",
                "_http._tcp.peer.lab.svc.cluster.local/SRV",
                "peer-0.peer.lab.svc.cluster.local/SRV",
                dashed(pod) + ".echo.lab.svc.cluster.local/A",
                "echo.other.svc.cluster.local/A",
                "echo.other.svc.cluster.local/AAAA",
                "echo.other.svc.cluster.local/CNAME",
                "echo.other.svc.cluster.local/SRV",
                "x.echo.other.svc.cluster.local/A",
                dashed(pod) + ".lab.pod.cluster.local/A",
                dashed(pod) + ".lab.pod.cluster.local/AAAA",
                "1-2-3-4.lab.pod.cluster.local/A",
                "fd00--1.lab.pod.cluster.local/AAAA",
                "1-2-3-4.nowhere.pod.cluster.local/A",
                "x.lab.pod.cluster.local/A",
                "nope.lab.svc.cluster.local/A",
                "echo.nowhere.svc.cluster.local/A",
                "nowhere.svc.cluster.local/A",
                "lab.svc.cluster.local/A",
                "svc.cluster.local/A",
                "cluster.local/A",
                "cluster.local/SOA",
                "nope.cluster.local/A",
                "www.example.com.lab.svc.cluster.local/A",
                "www.example.com.svc.cluster.local/A",
                "www.example.com.cluster.local/A",
                reverse(service) + "/PTR",
                reverse(pod) + "/PTR");
    }

    @Test
    void everyAnswerIsTheOneOfTheClustersOwnNameServer() throws Exception {
        assumeTrue(world.real(), "the embedded cluster has no name server: its answers are fixed below");
        List<String> questions = questions();
        List<String> command = command("10.96.0.10", 53, "udp", questions);
        List<String> theirs = lines(((LabWorld) world).onNode(command.toArray(String[]::new)));
        assertThat(theirs).hasSameSizeAs(questions);
        assertThat(ask("udp", questions)).containsExactlyElementsOf(theirs);
        assertThat(ask("tcp", questions)).containsExactlyElementsOf(theirs);
    }

    @Test
    void theSameFormsAreAnsweredWithoutAClustersNameServer() throws Exception {
        assumeFalse(world.real(), "the addresses and ports of the embedded cluster");
        String service = world.clusterIp("echo");
        String pod = world.podIp("echo");
        String soa = " |  | cluster.local. soa | ";
        String echo = "echo.lab.svc.cluster.local. a " + service;
        List<String> expected = List.of(
                "echo.lab.svc.cluster.local/A -> NOERROR | " + echo + " |  | ",
                "EcHo.LAB.svc.Cluster.local/A -> NOERROR | " + echo + " |  | ",
                "echo.lab.svc.cluster.local/AAAA -> NOERROR" + soa,
                "_http._tcp.echo.lab.svc.cluster.local/SRV -> NOERROR | _http._tcp.echo.lab.svc.cluster.local. srv"
                        + " 0 100 80 echo.lab.svc.cluster.local. |  | " + echo,
                "_http._udp.echo.lab.svc.cluster.local/SRV -> NXDOMAIN" + soa,
                "peer-9.peer.lab.svc.cluster.local/A -> NXDOMAIN" + soa,
                "echo.other.svc.cluster.local/A -> NOERROR | " + echo
                        + ", echo.other.svc.cluster.local. cname echo.lab.svc.cluster.local. |  | ",
                "echo.other.svc.cluster.local/AAAA -> NOERROR" + soa,
                "1-2-3-4.lab.pod.cluster.local/A -> NOERROR | 1-2-3-4.lab.pod.cluster.local. a 1.2.3.4 |  | ",
                "1-2-3-4.nowhere.pod.cluster.local/A -> NXDOMAIN" + soa,
                "nope.lab.svc.cluster.local/A -> NXDOMAIN" + soa,
                "echo.nowhere.svc.cluster.local/A -> NXDOMAIN" + soa,
                "nowhere.svc.cluster.local/A -> NXDOMAIN" + soa,
                "lab.svc.cluster.local/A -> NOERROR" + soa,
                reverse(service) + "/PTR -> NOERROR | " + reverse(service) + ". ptr echo.lab.svc.cluster.local. |  | ",
                reverse(pod) + "/PTR -> NOERROR | " + reverse(pod) + ". ptr " + dashed(pod)
                        + ".echo.lab.svc.cluster.local. |  | ",
                "www.example.com/A -> SERVFAIL |  |  | ");
        List<String> questions = expected.stream()
                .map(line -> line.substring(0, line.indexOf(" -> ")))
                .toList();
        assertThat(ask("udp", questions)).containsExactlyElementsOf(expected);
        assertThat(ask("tcp", questions)).containsExactlyElementsOf(expected);
        List<String> peers =
                ask("udp", List.of("peer.lab.svc.cluster.local/A", "_http._tcp.peer.lab.svc.cluster.local/SRV"));
        assertThat(peers.get(0)).containsPattern("NOERROR \\| peer\\S+ a 10\\S+, peer\\S+ a 10\\S+ \\|");
        assertThat(peers.get(1))
                .contains("srv 0 50 8080 peer-0.peer.lab.svc.cluster.local.")
                .contains("srv 0 50 8080 peer-1.peer.lab.svc.cluster.local.")
                .contains("peer-1.peer.lab.svc.cluster.local. a 10.");
    }

    @Test
    void everyFormIsAnsweredAlikeByUdpAndTcp() throws Exception {
        List<String> questions = questions();
        List<String> answers = ask("udp", questions);
        assertThat(answers).hasSameSizeAs(questions).noneMatch(line -> line.contains("SERVFAIL"));
        assertThat(ask("tcp", questions)).isEqualTo(answers);
    }

    private List<String> ask(String protocol, List<String> questions) throws Exception {
        return lines(world.sure(command("127.0.0.1", PORT, protocol, questions).toArray(String[]::new)));
    }

    private List<String> command(String server, int port, String protocol, List<String> questions) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                probe + ":" + world.installation().resolve("lib/*"),
                DnsProbe.class.getName(),
                server,
                String.valueOf(port),
                protocol));
        command.addAll(questions);
        return command;
    }

    /** Without what a library may print besides. */
    private static List<String> lines(String output) {
        return Stream.of(output.split("\n", -1))
                .filter(line -> line.contains(" -> "))
                .toList();
    }

    private static String dashed(String ip) {
        return ip.replace('.', '-');
    }

    private static String reverse(String ip) {
        return String.join(".", Arrays.asList(ip.split("\\.", -1)).reversed()) + ".in-addr.arpa";
    }
}
