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

/** {@code sudo kubetun connect}: the cluster's names and addresses for every program, all others as before. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class ConnectTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Asks as any program does, and says after how many milliseconds it knew. */
    private static final String LOOK_UP = """
            import socket, sys, time
            began = time.monotonic()
            try:
                said = socket.getaddrinfo(sys.argv[1], 80, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]
            except OSError as error:
                said = "none"
            print(said, round((time.monotonic() - began) * 1000))
            """;

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
        try {
            Await.until(() -> fingerprint().equals(before), SOON);
        } catch (AssertionError late) {
            assertThat(fingerprint()).isEqualTo(before);
            throw late;
        }
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop(
                "sh",
                "-c",
                "sha256sum /etc/resolv.conf; stat -c '%a %u %g' /etc/resolv.conf; ip route; ip -o link | sed 's/ qlen.*//'; ip -o addr | sed 's/valid_lft.*//'");
    }

    private void connect() throws Exception {
        lab.sudo(Map.of(), "connect").awaitSuccess(READY);
    }

    /** The address and the milliseconds. */
    private String[] lookUp(String name) throws Exception {
        return lab.python(LOOK_UP, name).strip().split(" ", -1);
    }

    private String address(String name) throws Exception {
        return lookUp(name)[0];
    }

    private void disconnect() throws Exception {
        lab.kubetun("disconnect", "--all").awaitSuccess(READY);
        Await.until(() -> fingerprint().equals(before), SOON);
    }

    private void everythingAnswers() throws Exception {
        String echo = lab.clusterIp("echo");
        for (String name : List.of("echo", "echo.lab", "echo.lab.svc", "echo.lab.svc.cluster.local")) {
            assertThat(address(name)).as(name).isEqualTo(echo);
            assertThat(lab.page(name)).contains("\"app\":\"echo\"");
        }
        assertThat(lab.page("peer-0.peer.lab:8080")).contains("\"pod\":\"peer-0\"");
        assertThat(address("echo.lab.connect")).isEqualTo(echo);
        assertThat(address("nope.lab")).isEqualTo("none");
        assertThat(address("wiki.office.test")).isEqualTo("192.0.2.80");
        assertThat(lab.sure("getent", "hosts", "printer.office.test")).contains("192.0.2.10");
    }

    @Test
    void everyProgramKnowsTheClustersNames() throws Exception {
        String defaultRoute = lab.onLaptop("ip", "route", "show", "default");
        connect();
        everythingAnswers();
        assertThat(lab.onLaptop("ip", "route", "show", "default")).isEqualTo(defaultRoute);
        String status = lab.kubetun("status", "-o", "wide").await(READY).output();
        assertThat(status).contains("127.53.0.53:53", "nameserver 127.53.0.53", "search lab.svc.cluster.local");
        assertThat(rootsJvms()).isEqualTo(1);
        assertThat(lab.sure("dig", "+short", "+notcp", "@127.53.0.53", "echo.lab.svc.cluster.local")
                        .strip())
                .isEqualTo(lab.clusterIp("echo"));
        assertThat(lab.sure("dig", "+short", "+tcp", "@127.53.0.53", "wiki.office.test")
                        .strip())
                .isEqualTo("192.0.2.80");
        disconnect();
        assertThat(fingerprint()).isEqualTo(before);
        assertThat(address("wiki.office.test")).isEqualTo("192.0.2.80");
        assertThat(address("echo.lab")).isEqualTo("none");
    }

    @Test
    void itsOwnNameServerIsNotNeededForNames() throws Exception {
        Result started = lab.sudo(Map.of("KUBECONFIG", lab.administrator().toString()), "connect", "-n", "lab")
                .await(READY);
        assertThat(started.status()).as(started.output()).isZero();
        new OwnNameServer(lab, program -> lab.sure("sh", "-c", program))
                .namesAreAnsweredWhetherItRunsOrNot("without a gateway");
        disconnect();
    }

    @Test
    void namesOfOthersAreAnsweredAtOnceWhenEverythingIsKilled() throws Exception {
        connect();
        assertThat(address("echo.lab")).isEqualTo(lab.clusterIp("echo"));
        ours().forEach(ProcessHandle::destroyForcibly);
        Await.until(() -> ours().isEmpty(), SOON);
        wikiAnswersAtOnce("after SIGKILL of all");
        assertThat(address("echo.lab")).isEqualTo("none");
        assertThat(fingerprint()).isNotEqualTo(before);
        assertThat(lab.kubetun("doctor").await(READY).output()).contains("do not run", "sudo kubetun repair");
        assertThat(lab.kubetun("repair").await(READY).output())
                .contains("/etc/resolv.conf asks for names of sessions that are dead", "sudo kubetun repair");
        Result repaired = lab.sudo(Map.of(), "repair").await(READY);
        assertThat(repaired.output()).contains("/etc/resolv.conf");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void theHelperPutsAllBackWhenTheKernelIsKilled() throws Exception {
        connect();
        lab.kernel().orElseThrow().destroyForcibly();
        wikiAnswersAtOnce("after SIGKILL of the kernel");
        Await.until(() -> fingerprint().equals(before), SOON);
    }

    private void wikiAnswersAtOnce(String when) throws Exception {
        String[] wiki = lookUp("wiki.office.test");
        System.out.printf("%s: wiki.office.test in %s ms%n", when, wiki[1]);
        assertThat(wiki[0]).as(when).isEqualTo("192.0.2.80");
        assertThat(Integer.parseInt(wiki[1])).as(when).isLessThan(1000);
    }

    @Test
    void whatOthersWriteMeanwhileStaysAndTheNamesComeBack() throws Exception {
        String original = lab.onLaptop("cat", "/etc/resolv.conf");
        try {
            connect();
            lab.onLaptop(
                    "sh",
                    "-c",
                    "printf 'nameserver 127.0.0.1\\nsearch office.test\\noptions rotate\\n' >/etc/resolv.conf");
            Await.until(() -> address("echo.lab").equals(lab.clusterIp("echo")), SOON);
            for (int i = 0; i < 6; i++) {
                assertThat(address("echo")).as("not only in turn").isEqualTo(lab.clusterIp("echo"));
            }
            assertThat(address("wiki")).isEqualTo("192.0.2.80");
            lab.kubetun("disconnect", "--all").awaitSuccess(READY);
            assertThat(lab.onLaptop("sh", "-c", "cat /etc/resolv.conf; echo END"))
                    .isEqualTo("nameserver 127.0.0.1\nsearch office.test\noptions rotate\nEND");
        } finally {
            lab.onLaptop("sh", "-c", "printf '%s\\n' \"$0\" >/etc/resolv.conf", original.strip());
        }
    }

    @Test
    void aBindMountIsWrittenInPlace() throws Exception {
        Path mounted = scratch.resolve("mounted");
        lab.onLaptop(
                "sh",
                "-c",
                "printf 'nameserver 127.0.0.1\\nsearch office.test' >\"$0\" && mount --bind \"$0\" /etc/resolv.conf",
                mounted.toString());
        try {
            connect();
            assertThat(address("echo.lab")).isEqualTo(lab.clusterIp("echo"));
            assertThat(address("wiki")).isEqualTo("192.0.2.80");
            lab.kubetun("disconnect", "--all").awaitSuccess(READY);
            assertThat(mounted).content().isEqualTo("nameserver 127.0.0.1\nsearch office.test");
        } finally {
            lab.onLaptop("umount", "/etc/resolv.conf");
        }
    }

    @Test
    void eachSessionHasItsOwnNamesAndTheFirstTheShortOnes() throws Exception {
        String echo = lab.clusterIp("echo");
        connect();
        lab.sudo(Map.of(), "dns", "--dns-system", "-n", "other", "--detach").awaitSuccess(READY);
        assertThat(lab.onLaptop("cat", "/etc/resolv.conf"))
                .containsOnlyOnce("nameserver 127.53.")
                .contains("127.53.1.53");
        for (String name : List.of("echo", "echo.lab", "echo.lab.connect", "echo.lab.dns")) {
            assertThat(address(name)).as(name).isEqualTo(echo);
        }
        String id = lab.kubetun("status")
                .await(READY)
                .output()
                .lines()
                .filter(line -> line.contains(" connect "))
                .findFirst()
                .orElseThrow()
                .split(" ", 2)[0];
        assertThat(address("echo.lab." + id)).isEqualTo(echo);
        lab.kubetun("disconnect", id).awaitSuccess(READY);
        assertThat(address("echo.lab")).isEqualTo(echo);
        assertThat(address("echo.lab.dns")).isEqualTo(echo);
        assertThat(address("echo.lab.connect")).isEqualTo("none");
        assertThat(lab.onLaptop("cat", "/etc/resolv.conf")).contains("search other.svc.cluster.local");
        assertThat(address("wiki.office.test")).isEqualTo("192.0.2.80");
        disconnect();
    }

    @Test
    void anotherVpnsRoutesAndAClosedFirewallDoNotTakeTheNamesAway() throws Exception {
        lab.onLaptop("sh", "-c", """
                ip route add 172.30.0.1/32 dev eth0; ip route add unreachable 0.0.0.0/1; ip route add unreachable 128.0.0.0/1
                nft add table inet closed
                nft add chain inet closed input '{ type filter hook input priority 0; policy drop; }'
                nft add rule inet closed input iif lo accept
                nft add rule inet closed input iif eth0 ct state established accept
                """);
        try {
            connect();
            assertThat(address("echo.lab")).isEqualTo(lab.clusterIp("echo"));
            assertThat(address("wiki.office.test")).isEqualTo("192.0.2.80");
            assertThat(lab.onLaptop(
                            "env",
                            "KUBETUN_NO_AOT=1",
                            lab.installation().resolve("bin/kubetun").toString(),
                            "doctor"))
                    .contains("drops what no rule allows");
            lab.onLaptop("nft", "delete", "table", "inet", "closed");
            assertThat(lab.page("echo.lab")).contains("\"app\":\"echo\"");
            lab.kubetun("disconnect", "--all").awaitSuccess(READY);
        } finally {
            lab.onLaptop("sh", "-c", """
                    nft delete table inet closed 2>/dev/null
                    ip route del unreachable 0.0.0.0/1; ip route del unreachable 128.0.0.0/1; ip route del 172.30.0.1/32 dev eth0
                    """);
        }
    }

    @Test
    void aPlanShowsItAndChangesNothing() throws Exception {
        Result plan = lab.sudo(Map.of(), "connect", "--dry-run").await(READY);
        assertThat(plan.output()).contains("nameserver 127.53.0.53", "options ndots:5", "kubetun0");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void withSystemdResolvedOnlyOurDomainsAreAskedByOurDevice() throws Exception {
        try (Resolved resolved = Resolved.start(lab)) {
            String with = fingerprint();
            connect();
            everythingAnswers();
            System.out.println(lab.onLaptop(
                            "sh",
                            "-c",
                            "resolvectl dns; resolvectl domain; cat /run/systemd/resolve/resolv.conf | grep -v ^#")
                    .strip());
            assertThat(lab.onLaptop("resolvectl", "query", "echo.lab.svc.cluster.local"))
                    .contains(lab.clusterIp("echo"));
            assertThat(lab.onLaptop("resolvectl", "default-route", "kubetun0")).contains("no");
            lab.kubetun("disconnect", "--all").awaitSuccess(READY);
            Await.until(() -> fingerprint().equals(with), SOON);
            assertThat(address("echo.lab")).isEqualTo("none");
            wikiAnswersAtOnce("with systemd-resolved, disconnected");
            connect();
            ours().forEach(ProcessHandle::destroyForcibly);
            Await.until(() -> ours().isEmpty(), SOON);
            wikiAnswersAtOnce("with systemd-resolved, after SIGKILL of all");
            lab.sudo(Map.of(), "repair").await(READY);
            assertThat(fingerprint()).isEqualTo(with);
            assertThat(resolved.isUp()).isTrue();
        }
    }

    /** Our processes: the kernel and the helper. */
    private List<ProcessHandle> ours() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(lab.installation().toString()))
                        .isPresent())
                .toList();
    }

    private long rootsJvms() {
        return ours().stream()
                .filter(process -> process.info().commandLine().orElse("").contains("java"))
                .filter(process -> process.info().user().filter("root"::equals).isPresent())
                .count();
    }
}
