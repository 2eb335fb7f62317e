package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code sudo kubetun tun} on a real cluster: its addresses for every program, and nothing left behind. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class TunTest {
    private static final Duration READY = Duration.ofSeconds(40);

    @TempDir
    Path scratch;

    private LabWorld lab;
    private String before;

    @BeforeEach
    void snapshot() throws Exception {
        lab = (LabWorld) World.open(scratch);
        before = fingerprint();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.close();
        Await.until(() -> fingerprint().equals(before), Duration.ofSeconds(10));
        assertThat(fingerprint()).isEqualTo(before);
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop(
                "sh",
                "-c",
                "{ ip route; ip -6 route; ip -o link; ip -o addr; cat /etc/resolv.conf; } | sed 's/valid_lft.*//' | sha256sum");
    }

    private Running start() throws Exception {
        return start(Map.of());
    }

    private Running start(Map<String, String> environment) throws Exception {
        Running running = lab.sudo(environment, "tun");
        running.awaitLine("Ready", READY);
        return running;
    }

    @Test
    void addressesOfTheClusterAnswer() throws Exception {
        String echo = lab.clusterIp("echo");
        String pod = lab.podIp("echo");
        String defaultRoute = lab.onLaptop("ip", "route", "show", "default");
        String other = lab.onLaptop("sh", "-c", "getent hosts wiki.office.test || true");
        try (Running tun = start()) {
            assertThat(lab.page(echo)).contains("\"app\":\"echo\"");
            assertThat(lab.page(pod + ":8080")).contains("\"app\":\"echo\"");
            assertThat(lab.sure(
                            "sh",
                            "-c",
                            "curl -sS http://" + echo + "/ & curl -sS http://" + lab.clusterIp("a") + "/; wait"))
                    .contains("\"app\":\"echo\"", "\"app\":\"a\"");
            FlowPrograms programs = new FlowPrograms(lab);
            programs.closedPort(pod);
            assertThat(programs.connect(pod.replaceAll("\\.\\d+$", ".251"), 80)).contains("OSError 113");
            assertThat(lab.onLaptop("ip", "route", "show", "default")).isEqualTo(defaultRoute);
            assertThat(lab.onLaptop("sh", "-c", "getent hosts wiki.office.test || true"))
                    .isEqualTo(other);
            assertThat(lab.kubetun("status").await(READY).output()).contains("need a gateway");
            tun.stop();
        }
    }

    @Test
    void bytesArriveAsTheyWere() throws Exception {
        try (Running tun = start()) {
            String echo = lab.clusterIp("echo");
            FlowPrograms programs = new FlowPrograms(lab);
            programs.bytesArriveAsTheyWere(echo, 1 << 30);
            // Several thousands are too many open files for the node: 5,000 go by a gateway, see NetworkTest.
            programs.manyAtOnce(echo, 1000);
            tun.stop();
        }
    }

    @Test
    void measuredByIperf() throws Exception {
        try (Running tun = start()) {
            FlowPrograms programs = new FlowPrograms(lab);
            programs.iperf(lab.clusterIp("iperf"));
            programs.iperf(lab.clusterIp("iperf"), "-R");
            tun.stop();
        }
    }

    @Test
    void anUploadIsAnsweredAfterItsEnd() throws Exception {
        try (Running tun = start()) {
            String late = lab.python("""
                    import socket, sys
                    s = socket.create_connection((sys.argv[1], 80), 10)
                    s.sendall(b"GET /stream HTTP/1.0\\r\\nHost: echo\\r\\n\\r\\n"); s.shutdown(socket.SHUT_WR); s.settimeout(40)
                    got = b""
                    while True:
                        b = s.recv(65536)
                        if not b: break
                        got += b
                    print(got[-30:])
                    """, lab.clusterIp("echo"));
            System.out.println("late answer: " + late.strip());
            assertThat(late).contains("data: 4");
            tun.stop();
        }
    }

    @Test
    void aKilledKernelLeavesNothing() throws Exception {
        try (Running tun = start()) {
            assertThat(lab.page(lab.clusterIp("echo"))).contains("\"app\":\"echo\"");
            assertThat(fingerprint()).isNotEqualTo(before);
            assertThat(tun.alive()).isTrue();
            long began = System.nanoTime();
            lab.kernel().orElseThrow().destroyForcibly();
            Await.until(() -> fingerprint().equals(before), Duration.ofSeconds(10));
            System.out.printf("routes as before %d ms after SIGKILL%n", (System.nanoTime() - began) / 1_000_000);
        }
    }

    @Test
    void openFlowsEndAtOnceWhenTheKernelIsKilled() throws Exception {
        try (Running tun = start();
                Running program = withOpenFlow()) {
            assertThat(tun.alive()).isTrue();
            long killed = System.currentTimeMillis();
            lab.kernel().orElseThrow().destroyForcibly();
            theFlowAloneEnds(program, killed, "SIGKILL");
        }
    }

    @Test
    void openFlowsEndAtOnceWhenTheSessionEnds() throws Exception {
        try (Running tun = start();
                Running program = withOpenFlow()) {
            long told = System.currentTimeMillis();
            tun.stop();
            theFlowAloneEnds(program, told, "SIGTERM");
        }
    }

    /** A program of the user's with a flow into the cluster, and a connection to the API server past the device. */
    private Running withOpenFlow() throws Exception {
        URI server = URI.create(lab.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
                .strip());
        Running program = new Running(lab.asUser(
                List.of(
                        "python3",
                        "-c",
                        FlowPrograms.AWAIT_END,
                        lab.clusterIp("echo"),
                        server.getHost(),
                        Integer.toString(server.getPort())),
                Map.of()));
        assertThat(program.awaitLine("open", READY)).startsWith("open 198.19.0.1 172.30.");
        return program;
    }

    private static void theFlowAloneEnds(Running program, long since, String after) throws Exception {
        Result ended = program.await(Duration.ofSeconds(70));
        Matcher said = Pattern.compile("ended by (.*) at (\\d+)").matcher(ended.output());
        assertThat(said.find()).as(ended.output()).isTrue();
        long took = Long.parseLong(said.group(2)) - since;
        System.out.printf("open flow: %s %d ms after %s%n", said.group(1), took, after);
        assertThat(said.group(1)).isIn("ConnectionAbortedError", "ConnectionResetError");
        assertThat(took).isLessThan(1000);
        assertThat(ended.output()).contains("other: HTTP/1.0 400");
    }

    /** Packets put onto the device as they are: random ones, and good ones with bytes changed, a million of them. */
    private static final String STRANGE = """
            import random, socket, struct, sys
            device, peer, service, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
            out = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0); out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            random.seed(7)
            def sum16(b):
                if len(b) & 1: b += b"\\0"
                s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
                while s >> 16: s = (s & 0xffff) + (s >> 16)
                return ~s & 0xffff
            def ip(src, dst, proto, body, ihl=5, frag=0, length=None):
                options = b"\\1" * (4 * (ihl - 5)); n = 4 * ihl + len(body) if length is None else length
                head = struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, 0, n & 0xffff, 1, frag, 64, proto, 0, socket.inet_aton(src), socket.inet_aton(dst)) + options
                return head[:10] + struct.pack("!H", sum16(head)) + head[12:] + body
            local = sys.argv[5]
            tcp = struct.pack("!HHIIBBHHH", 40000, 9, 1, 1, 0x50, 0x10, 1000, 0, 0)
            udp = struct.pack("!HHHH", 40000, 9, 12, 0) + b"abcd"
            kinds = [
                lambda: random.randbytes(random.randrange(0, 300)),
                lambda: ip(local, service, 6, tcp),
                lambda: ip("192.0.2.1", service, 6, tcp),
                lambda: ip(local, service, 6, tcp, ihl=7),
                lambda: ip(local, service, 17, udp, frag=0x2000),
                lambda: ip(local, service, 17, udp),
                lambda: ip(local, peer, 6, tcp),
                lambda: ip(local, service, 6, tcp, length=65535),
                lambda: ip(local, service, 6, tcp[:7]),
                lambda: ip(local, service, 1, b"\\x08\\0\\0\\0\\0\\1\\0\\1"),
                lambda: b"\\x60" + random.randbytes(60),
                lambda: ip(local, service, 6, tcp + random.randbytes(65400)),
            ]
            made = [k() for k in kinds for _ in range(40)]
            sent = 0
            while sent < count:
                packet = bytearray(random.choice(made))
                if packet and sent % 3: packet[random.randrange(min(len(packet), 60))] = random.randrange(256)
                try:
                    out.sendto(packet, (device, 0x0800)); sent += 1
                except OSError: sent += 1
            print("sent", sent)
            """;

    @Test
    void aMillionStrangePacketsAreCountedAndNothingElse() throws Exception {
        try (Running tun = start()) {
            assertThat(lab.page(lab.clusterIp("echo"))).contains("\"app\":\"echo\"");
            long kernel = lab.kernel().orElseThrow().pid();
            lab.onLaptop(
                    "python3", "-c", STRANGE, "kubetun0", "198.19.0.2", lab.clusterIp("echo"), "100000", "198.19.0.1");
            long memory = ProcessSize.of(kernel).residentKilobytes() / 1024;
            String sent = lab.onLaptop(
                    "python3", "-c", STRANGE, "kubetun0", "198.19.0.2", lab.clusterIp("echo"), "900000", "198.19.0.1");
            long after = ProcessSize.of(kernel).residentKilobytes() / 1024;
            System.out.printf("%s, memory %d then %d MB%n", sent.strip(), memory, after);
            assertThat(lab.page(lab.clusterIp("echo"))).contains("\"app\":\"echo\"");
            assertThat(after).isLessThan(memory + 60);
            assertThat(lab.kubetun("status").await(READY).output())
                    .contains(
                            "malformed packets",
                            "fragments",
                            "packets with IP options",
                            "packets with a foreign sender");
            assertThat(tun.alive()).isTrue();
            tun.stop();
        }
    }

    @Test
    void theClustersNameServerAnswersByUdp() throws Exception {
        // The name server is a pod of kube-system, which the least Role does not reach.
        try (Running tun = start(Map.of("KUBECONFIG", lab.administrator().toString()))) {
            assertThat(lab.sure(
                                    "dig",
                                    "+time=5",
                                    "+tries=1",
                                    "+short",
                                    "@" + nameServer(),
                                    "echo.lab.svc.cluster.local")
                            .strip())
                    .isEqualTo(lab.clusterIp("echo"));
            tun.stop();
        }
    }

    private String nameServer() throws Exception {
        return lab.onLaptop(
                        "kubectl",
                        "-n",
                        "kube-system",
                        "get",
                        "service",
                        "kube-dns",
                        "-o",
                        "jsonpath={.spec.clusterIP}")
                .strip();
    }

    @Test
    void anOverlapIsToldBeforeAnythingIsChanged() throws Exception {
        lab.onLaptop("ip", "route", "add", "10.244.0.0/20", "via", "172.30.0.9");
        try {
            Result refused = lab.sudo(Map.of(), "tun").await(READY);
            assertThat(refused.status()).isEqualTo(62);
            assertThat(refused.output())
                    .contains("10.244.0.0/20", "--exclude-cidr")
                    .doesNotContain("\tat ");
        } finally {
            lab.onLaptop("ip", "route", "del", "10.244.0.0/20");
        }
    }

    @Test
    void aPlanShowsTheDeviceAndItsRoutes() throws Exception {
        Result plan = lab.sudo(Map.of(), "plan", "tun").await(READY);
        assertThat(plan.output()).contains("kubetun0", "route 10.96.");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void withoutRootTheMessageNamesSudo() throws Exception {
        Result refused = lab.kubetun("tun").await(READY);
        assertThat(refused.status()).isEqualTo(32);
        assertThat(refused.output()).contains("sudo", "kubetun shell").doesNotContain("\tat ");
    }
}
