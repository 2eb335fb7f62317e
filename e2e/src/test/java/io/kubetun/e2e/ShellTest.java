package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun shell} of an ordinary user on a real cluster: its network in one shell, and nowhere else. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root for two network namespaces and the lab cluster: set KUBETUN_LAB to its script")
class ShellTest {
    private static final Duration READY = Duration.ofSeconds(40);
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Another machine's address, as the office has them, with a port that nothing else uses. */
    private static final String OFFICE = "172.30.0.2:18099";

    /** A person at a terminal: each line is typed when the one before has shown what was waited for. */
    private static final String PERSON = """
            import os, pty, select, signal, sys, time
            pid, terminal = pty.fork()
            if pid == 0:
                for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP): signal.signal(each, signal.SIG_DFL)
                os.execvp(sys.argv[1], sys.argv[1:])
            seen = b""
            def until(text, limit=40):
                global seen
                end = time.monotonic() + limit
                while text not in seen:
                    if time.monotonic() > end: print("NOT SEEN", text, seen); os.kill(pid, 9); sys.exit(99)
                    if select.select([terminal], [], [], 0.2)[0]:
                        try: seen += os.read(terminal, 65536)
                        except OSError: break
                shown, _, seen = seen.partition(text)
                return shown
            def type(text): os.write(terminal, text)
            until(b"ready> ")
            type(b"echo uid=$(id -u) tty=$(tty | cut -c1-8)\\n"); until(b"uid=1000 tty=/dev/pts"); until(b"ready> ")
            type(b"curl -sS http://echo/ | cut -c1-13\\n"); until(b'"app":"echo"'); until(b"ready> ")
            began = time.monotonic()
            type(b'sh -c "echo st""arted; exec sleep 100"\\n'); until(b"\\nstarted"); type(b"\\x03"); until(b"ready> ")
            type(b"echo after=$?\\n"); until(b"after=130"); until(b"ready> ")
            type(b'sh -c "echo st""arted; exec sleep 100"\\n'); until(b"\\nstarted"); type(b"\\x1a"); until(b"Stopped")
            until(b"ready> "); type(b"kill -9 %1; wait -f %1; exit 3\\n")
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            print("exit", status, "quick", time.monotonic() - began < 30)
            """;

    @TempDir
    Path scratch;

    private LabWorld lab;
    private String before;

    @BeforeEach
    void snapshot() throws Exception {
        lab = (LabWorld) World.open(scratch);
        // As udev gives it to everybody; this machine has it for root alone.
        lab.onLaptop("sh", "-c", "mount -t tmpfs -o mode=755 tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200");
        before = fingerprint();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try {
            Await.until(() -> helpers().isEmpty(), SOON);
            lab.close();
            assertThat(fingerprint()).isEqualTo(before);
            assertThat(lab.runtimeFolder().resolve("kubetun/helpers")).doesNotExist();
        } finally {
            lab.onLaptop("umount", "/dev/net");
        }
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop(
                "sh",
                "-c",
                "{ ip route; ip -6 route; ip -o link; ip -o addr; cat /etc/resolv.conf; mount; } | sed 's/valid_lft.*//'"
                        + " | sha256sum");
    }

    /** The processes of helpers, and of what waits to become one. */
    private List<ProcessHandle> helpers() {
        return processes("\0helper\0");
    }

    private List<ProcessHandle> processes(String word) {
        return ProcessHandle.allProcesses()
                .filter(each -> {
                    try {
                        String line = Files.readString(Path.of("/proc/" + each.pid() + "/cmdline"));
                        return line.contains(lab.installation().toString()) && line.contains(word);
                    } catch (IOException gone) {
                        return false;
                    }
                })
                .toList();
    }

    /** Runs a program of sh in a shell of kubetun's. */
    private Result inside(String program) throws Exception {
        return lab.kubetun("exec", "--", "sh", "-c", program).await(READY);
    }

    /** Starts a shell that lives until it is ended, and waits until it is there. */
    private Running living(Map<String, String> environment, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("shell"));
        all.addAll(List.of(options));
        all.addAll(List.of("--", "sh", "-c", "echo it is up; exec sleep 600"));
        Running running = lab.kubetun(environment, all.toArray(String[]::new));
        running.awaitLine("it is up", READY);
        return running;
    }

    @Test
    void theClusterIsInTheShell() throws Exception {
        String service = lab.clusterIp("echo");
        String pod = lab.podIp("echo");
        long began = System.nanoTime();
        Result all = inside("""
                curl -sS --max-time 10 http://%1$s/ && curl -sS --max-time 10 http://%2$s:8080/ \
                && curl -sS --max-time 10 http://echo.lab/ && curl -sS --max-time 10 http://echo/ \
                && curl -sS --max-time 10 http://echo.lab.svc.cluster.local/
                echo; echo "uid $(id -u), session $KUBETUN_SESSION, folder $PWD"
                getent hosts wiki.office.test
                ip -o route show default
                curl -sS --max-time 10 http://%2$s:4444/; echo "closed port: $?"
                exit 7
                """.formatted(service, pod));
        System.out.printf("a shell with nine commands in it: %d ms%n", (System.nanoTime() - began) / 1_000_000);
        assertThat(all.status()).as(all.output()).isEqualTo(7);
        assertThat(all.output().split("\"app\":\"echo\"", -1)).hasSize(6);
        assertThat(all.output())
                .contains("uid 1000, session ", "192.0.2.80", "default dev kubetun0", "closed port: 7")
                .containsPattern("session [0-9a-f]{4},")
                .doesNotContain("Connected to", "KUBETUN_HELPER");
        assertThat(lab.run("curl", "-sS", "--max-time", "2", "http://" + service + "/")
                        .status())
                .as("outside of the shell nothing leads to the cluster")
                .isNotZero();
    }

    @Test
    void itsOwnNameServerIsNotNeededForNames() throws Exception {
        Map<String, String> administrator =
                Map.of("KUBECONFIG", lab.administrator().toString());
        new OwnNameServer(
                        lab,
                        program -> lab.kubetun(administrator, "exec", "-n", "lab", "--", "sh", "-c", program)
                                .await(READY)
                                .output())
                .namesAreAnsweredWhetherItRunsOrNot("in a shell");
    }

    @Test
    void everyProtocolGoesThere() throws Exception {
        World shell = new InShell(lab, Map.of(), List.of());
        Protocols protocols = new Protocols(shell, new Curl(shell, List.of()));
        protocols.tls();
        protocols.grpc();
        protocols.webSocket();
        protocols.eventsOneByOne();
        FlowPrograms programs = new FlowPrograms(shell);
        programs.closedPort(lab.podIp("echo"));
        programs.iperf("iperf.lab");
        programs.iperf("iperf.lab", "-R");
    }

    @Test
    void aGatewayGivesItTheRest() throws Exception {
        lab.loadGateway();
        Map<String, String> administrator =
                Map.of("KUBECONFIG", lab.administrator().toString());
        String[] options = {"--gateway", "auto", "-n", "lab"};
        // One that stays, so that the others find its gateway.
        try (Running stays = living(administrator, options)) {
            World shell = new InShell(lab, administrator, List.of(options));
            assertThat(shell.page("echo.lab")).contains("\"app\":\"echo\"");
            assertThat(shell.sure("ping", "-c", "2", "-W", "3", lab.podIp("echo")))
                    .contains("2 received");
            FlowPrograms programs = new FlowPrograms(shell);
            programs.datagrams("echo.lab");
            programs.halfClose("echo.lab");
            programs.closedPort(lab.podIp("echo"));
            programs.bytesArriveAsTheyWere("echo.lab", 1 << 30);
            programs.manyAtOnce("echo.lab", 5000);
            programs.iperf("iperf.lab");
            programs.iperf("iperf.lab", "-R");
            programs.iperf("iperf.lab", "-u", "-b", "400M", "-l", "1400");
            stays.stop();
        }
        lab.kubetun("quit").await(READY);
        Await.until(() -> lab.gateways().isBlank(), Duration.ofSeconds(20));
    }

    @Test
    void whatIsNotTheClustersGoesItsUsualWay() throws Exception {
        Path page = Files.writeString(lab.home().resolve("page.html"), "the office's page");
        lab.give(page);
        String[] at = OFFICE.split(":", 2);
        try (Running office = new Running(lab.asUser(
                List.of(
                        "python3",
                        "-um",
                        "http.server",
                        "--bind",
                        at[0],
                        "--directory",
                        lab.home().toString(),
                        at[1]),
                Map.of()))) {
            office.awaitLine("Serving HTTP", SOON);
            Result all = inside("""
                    curl -sS --max-time 10 http://%1$s/page.html; echo
                    curl -ksS --max-time 10 -o /dev/null -w 'API server: %%{http_code}\\n' https://172.30.0.1:6443/version
                    curl -sS --max-time 10 http://172.30.0.2:1/; echo "closed port: $?"
                    """.formatted(OFFICE));
            assertThat(all.output()).contains("the office's page", "API server: 200", "closed port: 7");
        }
    }

    @Test
    void datagramsGoPastTheCluster() throws Exception {
        String server = """
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("172.30.0.2", 18098)); print("bound", flush=True)
                while True:
                    data, whom = s.recvfrom(65535); s.sendto(data.upper(), whom)
                """;
        String client = """
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(10); s.connect(("172.30.0.2", 18098))
                for size in (1, 1400, 9000):
                    s.send(b"x" * size); print(size, s.recv(65535) == b"X" * size)
                s.connect(("172.30.0.2", 1))
                try: s.send(b"x"); s.recv(10); print("no error")
                except OSError as error: print(type(error).__name__)
                """;
        try (Running office = new Running(lab.asUser(List.of("python3", "-c", server), Map.of()))) {
            office.awaitLine("bound", SOON);
            Result datagrams =
                    lab.kubetun("exec", "--", "python3", "-c", client).await(READY);
            assertThat(datagrams.output()).contains("1 True", "1400 True", "9000 True", "ConnectionRefusedError");
        }
    }

    @Test
    void aShellInAShellIsOneToo() throws Exception {
        Result inner = lab.kubetun(
                        "exec",
                        "--",
                        lab.installation().resolve("bin/kubetun").toString(),
                        "exec",
                        "--",
                        "sh",
                        "-c",
                        "curl -sS --max-time 10 http://echo.lab/; id -u; exit 5")
                .await(READY);
        assertThat(inner.status()).as(inner.output()).isEqualTo(5);
        assertThat(inner.output()).contains("\"app\":\"echo\"", "1000");
    }

    @Test
    void anApiServerOnLoopbackIsReachedWhereTheKubeconfigSaysIt() throws Exception {
        Path config = lab.home().resolve(".kube/local");
        Files.writeString(
                config,
                Files.readString(lab.home().resolve(".kube/config"))
                        .replaceAll("server: \"[^\"]*\"", "server: \"https://127.0.0.1:16443\""));
        lab.give(lab.home());
        try (Running relay = new Running(lab.asUser(
                List.of("socat", "-d", "-d", "TCP-LISTEN:16443,bind=127.0.0.1,fork", "TCP:172.30.0.1:6443"),
                Map.of()))) {
            relay.awaitLine("listening", SOON);
            Result inside = lab.kubetun(
                            Map.of("KUBECONFIG", config.toString()),
                            "shell",
                            "--",
                            "sh",
                            "-c",
                            "kubectl -n lab get pods -o name; curl -sS --max-time 10 http://echo.lab/")
                    .await(READY);
            assertThat(inside.output()).contains("pod/echo-", "\"app\":\"echo\"");
        }
    }

    @Test
    void bytesArriveAsTheyWere() throws Exception {
        FlowPrograms programs = new FlowPrograms(new InShell(lab, Map.of(), List.of()));
        programs.bytesArriveAsTheyWere(lab.clusterIp("echo"), 1 << 30);
        // Several thousands are too many open files for the node: 5,000 go by a gateway.
        programs.manyAtOnce(lab.clusterIp("echo"), 1000);
    }

    @Test
    void aPersonAtATerminalHasAnOrdinaryShell() throws Exception {
        Path plain = Files.writeString(lab.home().resolve("plain-bash"), "#!/bin/sh\nexec bash --norc\n");
        assertThat(plain.toFile().setExecutable(true, false)).isTrue();
        Result person = new Running(lab.asUser(
                        List.of(
                                "python3",
                                "-c",
                                PERSON,
                                lab.installation().resolve("bin/kubetun").toString(),
                                "shell"),
                        Map.of("SHELL", plain.toString(), "PS1", "ready> ", "TERM", "dumb")))
                .await(Duration.ofMinutes(2));
        assertThat(person.output()).contains("exit 3 quick True");
    }

    @Test
    void nothingOfTheMachineIsChangedWhileItRuns() throws Exception {
        try (Running shell = living(Map.of())) {
            assertThat(fingerprint()).isEqualTo(before);
            assertThat(lab.kubetun("status").await(READY).output()).contains("shell", "READY", "tun", "dns");
            assertThat(helpers()).hasSize(1);
            assertThat(helpers().getFirst().info().user()).isNotEqualTo(java.util.Optional.of("root"));
            shell.stop();
        }
        Await.until(() -> lab.kubetun("status").await(READY).output().contains("No sessions"), SOON);
    }

    @Test
    void theEndOfAnyOfItIsTheEndOfAll() throws Exception {
        for (String killed : List.of("program", "helper", "kernel", "session")) {
            try (Running shell = living(Map.of())) {
                ProcessHandle program = ProcessHandle.allProcesses()
                        .filter(each -> each.info().commandLine().orElse("").endsWith("sleep 600"))
                        .findFirst()
                        .orElseThrow();
                assertThat(shell.alive()).isTrue();
                long began = System.nanoTime();
                switch (killed) {
                    case "program" -> program.destroyForcibly();
                    case "helper" -> helpers().getFirst().destroyForcibly();
                    case "kernel" -> lab.kernel().orElseThrow().destroyForcibly();
                    default -> lab.kubetun("disconnect", "--all").await(READY);
                }
                Await.until(() -> !program.isAlive() && helpers().isEmpty(), SOON);
                System.out.printf("%s ended: all gone after %d ms%n", killed, (System.nanoTime() - began) / 1_000_000);
                assertThat(fingerprint()).as(killed).isEqualTo(before);
                Await.until(() -> lab.kubetun("status").await(READY).output().contains("No sessions"), SOON);
            }
        }
    }

    @Test
    void twoClustersWithTheSameAddressesAtOnce() throws Exception {
        String kubeconfig = lab.withSecondCluster();
        try {
            before = fingerprint();
            String service = lab.clusterIp("echo");
            String program = "until [ -e " + lab.home() + "/go ]; do sleep 0.1; done; for i in 1 2 3; do"
                    + " curl -sS --max-time 10 http://echo.lab/; curl -sS --max-time 10 http://" + service
                    + "/; done; echo; echo done";
            Map<String, String> both = Map.of("KUBECONFIG", kubeconfig);
            String shown = "echo it is up; " + program;
            try (Running first = lab.kubetun(both, "shell", "--context", "lab", "--", "sh", "-c", shown);
                    Running second = lab.kubetun(both, "shell", "--context", "lab2", "--", "sh", "-c", shown)) {
                first.awaitLine("it is up", READY);
                second.awaitLine("it is up", READY);
                assertThat(lab.kubetun("status").await(READY).output()).contains("lab ", "lab2 ");
                Files.createFile(lab.home().resolve("go"));
                String one = first.await(READY).output();
                String two = second.await(READY).output();
                List<String> pods = lab.kubectl("-n", "lab", "get", "pods", "-l", "app=echo", "-o", "name")
                        .lines()
                        .map(line -> line.substring("pod/".length()))
                        .toList();
                assertThat(one).contains("done");
                assertThat(two).contains("done");
                assertThat(pods(one)).isNotEmpty().allMatch(pods::contains);
                assertThat(pods(two)).isNotEmpty().noneMatch(pods::contains);
                System.out.printf(
                        "first cluster: %d answers, second: %d%n",
                        pods(one).size(), pods(two).size());
            }
        } finally {
            lab.alone();
            before = fingerprint();
        }
    }

    private static List<String> pods(String answers) {
        return java.util.regex.Pattern.compile("\"pod\":\"([^\"]*)\"")
                .matcher(answers)
                .results()
                .map(each -> each.group(1))
                .toList();
    }

    @Test
    void twoShellsOfOneClusterDoNotDisturbEachOther() throws Exception {
        try (Running first = living(Map.of());
                Running second = living(Map.of())) {
            assertThat(lab.kubetun("status").await(READY).output()).contains("shell ", "shell-2 ");
            first.stop();
            assertThat(second.alive()).isTrue();
            second.stop();
        }
    }

    @Test
    void aPlanMakesNothing() throws Exception {
        Result plan = lab.kubetun("shell", "--dry-run").await(READY);
        assertThat(plan.status()).as(plan.output()).isZero();
        assertThat(plan.output()).contains("kubetun0", "0.0.0.0/0", "name server of the shell");
    }

    @Test
    void whereNamespacesAreForbiddenItSaysSoAndWhatToDo() throws Exception {
        Result refused = new Running(lab.asUser(
                        List.of(
                                "unshare",
                                "--user",
                                "--map-current-user",
                                "--keep-caps",
                                "sh",
                                "-c",
                                "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$0\" shell -- true",
                                lab.installation().resolve("bin/kubetun").toString()),
                        Map.of()))
                .await(READY);
        assertThat(refused.status()).as(refused.output()).isEqualTo(32);
        assertThat(refused.output())
                .contains("unshare", "sudo sysctl user.max_user_namespaces", "kubetun proxy-out")
                .doesNotContain("\tat ");
    }

    @Test
    void withoutADeviceItSaysSoAndWhatToDo() throws Exception {
        lab.onLaptop("chmod", "600", "/dev/net/tun");
        Result refused = lab.kubetun("shell", "--", "true").await(READY);
        assertThat(refused.status()).as(refused.output()).isEqualTo(32);
        assertThat(refused.output()).contains("/dev/net/tun").doesNotContain("\tat ");
    }

    @Test
    void aProfileSaysWhichCluster() throws Exception {
        Files.writeString(lab.home().resolve("work.conf"), """
                kubetun { cluster { context = lab, namespace = other }, modes { socks {}, tun { extra-cidr = [10.99.0.0/16] } } }
                """);
        lab.give(lab.home());
        Result inside = lab.kubetun(
                        "shell",
                        "--profile",
                        lab.home().resolve("work.conf").toString(),
                        "--",
                        "cat",
                        "/etc/resolv.conf")
                .await(READY);
        assertThat(inside.output()).contains("search other.svc.cluster.local");
    }
}
