package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code sudo kubetun connect --gateway auto}: TCP, UDP and ICMP by name and address for every program, and through faults. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class NetworkTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path scratch;

    private LabWorld lab;
    private String before;

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.loadGateway();
        before = machine();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        lab.kubetun("disconnect", "--all").await(READY);
        lab.close();
        Await.until(() -> machine().equals(before), SOON);
        Await.until(() -> lab.gateways().isBlank(), SOON);
    }

    private String machine() throws Exception {
        return lab.onLaptop(
                "sh", "-c", "{ ip route; ip -o link | sed 's/ qlen.*//'; cat /etc/resolv.conf; } | sha256sum");
    }

    private void connect() throws Exception {
        lab.sudo(Map.of("KUBECONFIG", lab.administrator().toString()), "connect", "-n", "lab", "--gateway", "auto")
                .awaitSuccess(READY);
    }

    private void answers() throws Exception {
        assertThat(new Curl(lab, List.of()).get("http://echo.lab/")).contains("\"app\":\"echo\"");
    }

    @Test
    void everyProtocolGoesThere() throws Exception {
        String pod = lab.podIp("echo");
        connect();
        Curl curl = new Curl(lab, List.of());
        for (String host : List.of("echo.lab", "echo", lab.clusterIp("echo"), pod + ":8080", "echo.other")) {
            assertThat(curl.get("http://" + host + "/")).contains("\"app\":\"echo\"");
        }
        Protocols protocols = new Protocols(lab, curl);
        protocols.tls();
        protocols.grpc();
        protocols.webSocket();
        protocols.eventsOneByOne();
        FlowPrograms programs = new FlowPrograms(lab);
        programs.datagrams("echo.lab");
        programs.halfClose("echo.lab");
        programs.closedPort(pod);
        Result there = lab.run("ping", "-c", "3", "-W", "3", pod);
        assertThat(there.output()).as("ping of a pod").contains("3 received");
        Result nobody = lab.run("ping", "-c", "2", "-W", "2", pod.replaceAll("\\.\\d+$", ".251"));
        assertThat(nobody.output()).as("ping of no pod").contains(" 0 received");
        assertThat(lab.onLaptop("dig", "+short", "+time=3", "@10.96.0.10", "echo.lab.svc.cluster.local")
                        .strip())
                .isEqualTo(lab.clusterIp("echo"));
    }

    @Test
    void itsOwnNameServerIsNotNeededForNames() throws Exception {
        connect();
        new OwnNameServer(lab, program -> lab.sure("sh", "-c", program))
                .namesAreAnsweredWhetherItRunsOrNot("by a gateway");
    }

    @Test
    void bytesArriveAsTheyWereOnThousandsOfFlows() throws Exception {
        connect();
        String echo = lab.clusterIp("echo");
        FlowPrograms programs = new FlowPrograms(lab);
        programs.bytesArriveAsTheyWere(echo, 1 << 30);
        programs.manyAtOnce(echo, 5000);
        long used = gatewayMegabytes();
        System.out.println("the gateway's memory: " + used + " MB");
        assertThat(used).isBetween(10L, 96L);
    }

    /** The node's processes are this machine's, in another network namespace. */
    private static long gatewayMegabytes() throws Exception {
        ProcessHandle gateway = ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").endsWith("kernel.PodMain"))
                .findFirst()
                .orElseThrow();
        return ProcessSize.of(gateway.pid()).residentKilobytes() / 1024;
    }

    @Test
    void measuredByIperf() throws Exception {
        connect();
        FlowPrograms programs = new FlowPrograms(lab);
        programs.iperf("iperf.lab");
        programs.iperf("iperf.lab", "-R");
        programs.iperf("iperf.lab", "-u", "-b", "400M", "-l", "1400");
    }

    @Test
    void silenceOfTheApiServerIsSurvived() throws Exception {
        connect();
        answers();
        for (int seconds : List.of(7, 60)) {
            lab.onLaptop("sh", "-c", """
                    nft add table inet silent
                    nft add chain inet silent out '{ type filter hook output priority 0; }'
                    nft add chain inet silent in '{ type filter hook input priority 0; }'
                    nft add rule inet silent out ip daddr 172.30.0.1 drop
                    nft add rule inet silent in ip saddr 172.30.0.1 drop
                    """);
            try {
                long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                Await.until(() -> System.nanoTime() > end, Duration.ofSeconds(seconds + 5L));
            } finally {
                lab.onLaptop("nft", "delete", "table", "inet", "silent");
            }
            long began = System.nanoTime();
            Await.until(
                    () -> lab.run("curl", "-sS", "--max-time", "2", "http://echo.lab/")
                                    .status()
                            == 0,
                    Duration.ofSeconds(30));
            System.out.printf(
                    "after %d s of silence: a flow after %d ms%n", seconds, (System.nanoTime() - began) / 1_000_000);
        }
        answers();
    }

    @Test
    void anotherVpnsRoutesChangeNothing() throws Exception {
        lab.onLaptop("ip", "route", "add", "172.30.0.1/32", "dev", "eth0");
        lab.onLaptop("ip", "route", "add", "unreachable", "0.0.0.0/1");
        lab.onLaptop("ip", "route", "add", "unreachable", "128.0.0.0/1");
        try {
            connect();
            answers();
            assertThat(lab.run("ping", "-c", "1", "-W", "3", lab.podIp("echo")).status())
                    .isZero();
            lab.kubetun("disconnect", "--all").await(READY);
        } finally {
            lab.onLaptop(
                    "sh",
                    "-c",
                    "ip route del unreachable 0.0.0.0/1; ip route del unreachable 128.0.0.0/1; ip route del 172.30.0.1/32 dev eth0");
        }
    }
}
