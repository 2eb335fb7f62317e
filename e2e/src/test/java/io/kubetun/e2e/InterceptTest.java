package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kubetun intercept} on a real cluster, by a patch of the pod template: traffic comes to the laptop, and goes back by
 * itself.
 */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String POINT = "kill point ";
    private static final Pattern GAP = Pattern.compile("\"longest_gap_s\":([0-9.e-]+)");

    private static final Pattern TAKEN = Pattern.compile("([0-9]+) connections taken");

    @TempDir
    private Path scratch;

    private LabWorld lab;
    private Commands commands;
    private Map<String, String> administrator;
    private final List<Running> local = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.loadGateway();
        lab.settled();
        commands = new Commands(lab);
        administrator = Map.of("KUBECONFIG", lab.administrator().toString());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        local.forEach(Running::close);
        lab.close();
        for (String each : List.of("deployment/c", "deployment/b", "deployment/echo", "statefulset/peer")) {
            assertThat(template(each)).as(each).doesNotContain("kubetun");
        }
    }

    private String template(String workload) throws Exception {
        return lab.kubectl("-n", "lab", "get", workload, "-o", "jsonpath={.spec.template}");
    }

    private String replicaSets(String app) throws Exception {
        return lab.kubectl(
                "-n",
                "lab",
                "get",
                "replicasets",
                "-l",
                "app=" + app,
                "-o",
                "jsonpath={range .items[?(@.spec.replicas>0)]}{.metadata.name}{end}");
    }

    private String from(String app, String... command) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("-n", "lab", "exec", "deploy/" + app, "-c", "app", "--", "workload"));
        all.addAll(List.of(command));
        return lab.kubectl(all.toArray(String[]::new));
    }

    /** The same while pods are being replaced: a request to one that ends may fail. */
    private String tried(String app, String... command) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("kubectl", "-n", "lab", "exec", "deploy/" + app, "-c", "app", "--", "workload"));
        all.addAll(List.of(command));
        return new Running(lab.asRoot(all.toArray(String[]::new)))
                .await(PATIENCE)
                .output();
    }

    /** The address of an app's one pod, when those of before are gone. */
    private String onlyPod(String app) throws Exception {
        String addresses = "jsonpath={range .items[*]}{.status.podIP} {end}";
        Await.until(
                () -> !lab.kubectl("-n", "lab", "get", "pods", "-l", "app=" + app, "-o", addresses)
                        .strip()
                        .contains(" "),
                PATIENCE);
        return lab.podIp(app);
    }

    /** Who answers for c when its pods have been replaced. */
    private void awaitFrom(String app) throws Exception {
        Await.until(() -> tried("a", "get", "-t", "1s", "http://c/").contains("\"app\":\"" + app + "\""), PATIENCE);
    }

    /** The same program as in the pods, on the laptop: it listens on the same ports, as root. */
    private Running workload(String name) throws Exception {
        Running running = new Running(lab.asRoot("env", "APP=" + name, "workload"));
        local.add(running);
        Await.until(() -> lab.run("curl", "-sS", "http://127.0.0.1:8080/").status() == 0, Duration.ofSeconds(20));
        return running;
    }

    private String intercept(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("intercept", "-n", "lab", "--way", "patch"));
        all.addAll(List.of(arguments));
        return commands.start(administrator, all.toArray(String[]::new));
    }

    private void leave(String workload) throws Exception {
        Result left = commands.run(administrator, "leave", workload);
        assertThat(left.status()).as(left.output()).isZero();
    }

    @Test
    void trafficComesHereAndGoesBack() throws Exception {
        String before = template("deployment/c");
        String set = replicaSets("c");
        workload("laptop");
        long began = System.nanoTime();
        intercept("deployment/c", "-p", "8080");
        awaitFrom("laptop");
        System.out.printf("first request on the laptop after %d ms%n", (System.nanoTime() - began) / 1_000_000);
        assertThat(from("a", "get", "http://a/dependency"))
                .as("a calls b, which calls c, which is on the laptop")
                .contains("laptop");
        assertThat(commands.stdout("status")).contains("deployment/c", "1 of 1 agents linked");
        ownCallersComeHereToo();
        leave("deployment/c");
        assertThat(template("deployment/c")).isEqualTo(before);
        Await.until(() -> replicaSets("c").equals(set), PATIENCE);
        awaitFrom("c");
    }

    /** A port-forward enters a pod by its loopback, past the rule. */
    private void ownCallersComeHereToo() throws Exception {
        String session =
                commands.start(administrator, "proxy-out", "--detach", "-n", "lab", "--listen-socks", "127.0.0.1:1096");
        Socks socks = new Socks(lab, "127.0.0.1:1096");
        assertThat(socks.curl("http://c.lab/")).as("by name").contains("\"app\":\"laptop\"");
        assertThat(socks.curl("http://" + lab.clusterIp("c") + "/")).contains("\"app\":\"laptop\"");
        assertThat(commands.run("why", "c.lab:80").output()).contains("You intercept this pod");
        assertThat(socks.curl("http://b.lab/")).as("what is not taken").contains("\"app\":\"b\"");
        commands.run("disconnect", session);
    }

    @Test
    void aCommandHasTheWorkloadsEnvironmentAndItsEndIsTheIntercepts() throws Exception {
        Path file = lab.home().resolve("echo.env");
        Result ran = commands.run(
                administrator,
                "intercept",
                "-n",
                "lab",
                "--way",
                "patch",
                "deployment/echo",
                "-p",
                "http:3000",
                "--env-file",
                file.toString(),
                "--",
                "sh",
                "-c",
                "echo got $APP $GREETING $PASSWORD; exit 7");
        assertThat(ran.output()).contains("got echo hello s3cret");
        assertThat(ran.status()).isEqualTo(7);
        assertThat(commands.sessions()).isEmpty();
        assertThat(Files.readString(file)).contains("GREETING=hello\n", "PASSWORD=s3cret\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        lab.kubectl("-n", "lab", "rollout", "status", "deployment/echo", "--timeout=60s");
    }

    @Test
    void afterAKillTheOriginalAnswersAndARepairPutsBack() throws Exception {
        String before = template("deployment/c");
        workload("laptop");
        intercept("deployment/c", "-p", "8080");
        awaitFrom("laptop");
        String seen = underLoad(() -> lab.kernel().orElseThrow().destroyForcibly());
        System.out.println("killed under load: " + seen.replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 c");
        assertThat(gap(seen)).isLessThanOrEqualTo(1.5);
        Result repaired = commands.run(administrator, "repair");
        assertThat(repaired.output()).contains("deployment/c");
        assertThat(template("deployment/c")).isEqualTo(before);
    }

    @Test
    void whileTheLaptopIsSilentTheOriginalAnswers() throws Exception {
        workload("laptop");
        intercept("deployment/c", "-p", "8080");
        StringBuilder newcomer = new StringBuilder();
        String seen = underLoad(() -> {
            signal("STOP");
            newcomer.append(from("a", "get", "-s", "5", "-fresh", "http://c/"));
        });
        signal("CONT");
        System.out.println("stopped under load: " + (seen + newcomer).replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 c");
        // The eight may all wait for what the laptop had accepted: who comes anew must not.
        assertThat(newcomer.toString()).contains("200 c").doesNotContain("error");
        assertThat(gap(newcomer.toString())).isLessThanOrEqualTo(1.5);
        awaitFrom("laptop");
        leave("deployment/c");
    }

    private void signal(String name) throws Exception {
        lab.onLaptop(
                "kill", "-" + name, Long.toString(lab.kernel().orElseThrow().pid()));
    }

    /** Eight clients ask for 12 s, each time by a new connection; once many have come here, something happens. */
    private String underLoad(Happening happening) throws Exception {
        Running load = new Running(lab.asRoot(
                "kubectl",
                "-n",
                "lab",
                "exec",
                "deploy/a",
                "-c",
                "app",
                "--",
                "workload",
                "get",
                "-s",
                "12",
                "-c",
                "8",
                "-fresh",
                "http://c/"));
        Await.until(() -> taken() > 1_000, PATIENCE);
        happening.happen();
        return load.await(Duration.ofSeconds(40)).output();
    }

    /** What happens under load. */
    private interface Happening {
        void happen() throws Exception;
    }

    /** How many connections the status says were taken. */
    private long taken() throws Exception {
        Matcher taken = TAKEN.matcher(commands.stdout("status"));
        return taken.find() ? Long.parseLong(taken.group(1)) : 0;
    }

    private static double gap(String printed) {
        Matcher gap = GAP.matcher(printed);
        assertThat(gap.find()).as(printed).isTrue();
        return Double.parseDouble(gap.group(1));
    }

    @Test
    void bothReplicasAreTakenAndProbesStayInTheCluster() throws Exception {
        Running nothing = new Running(lab.asRoot("python3", "-c", """
                import http.server
                class All(http.server.BaseHTTPRequestHandler):
                    protocol_version = "HTTP/1.1"
                    def do_GET(self):
                        self.send_response(404); self.send_header("Content-Length", "7"); self.end_headers(); self.wfile.write(b"laptop\\n")
                    def log_message(self, *a): print(self.headers.get("User-Agent"), self.path, flush=True)
                http.server.ThreadingHTTPServer(("127.0.0.1", 3000), All).serve_forever()
                """));
        local.add(nothing);
        intercept("deployment/echo", "-p", "http:3000");
        String asked = from("a", "get", "-s", "20", "-fresh", "http://echo/");
        assertThat(asked).contains("404 laptop").doesNotContain("200 echo", "error");
        String restarts = "jsonpath={range .items[*]}{.status.containerStatuses[?(@.name=='app')].restartCount} {end}";
        assertThat(lab.kubectl("-n", "lab", "get", "pods", "-l", "app=echo", "-o", restarts)
                        .strip())
                .isEqualTo("0 0");
        assertThat(nothing.output()).doesNotContain("kube-probe");
        lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=3");
        lab.kubectl("-n", "lab", "rollout", "status", "deployment/echo", "--timeout=60s");
        Await.until(() -> commands.stdout("status").contains("3 of 3 agents linked"), PATIENCE);
        assertThat(from("a", "get", "-n", "40", "-fresh", "http://echo/"))
                .contains("404 laptop")
                .doesNotContain("200 echo", "error");
        lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=2");
        leave("deployment/echo");
        lab.kubectl("-n", "lab", "rollout", "status", "deployment/echo", "--timeout=60s");
    }

    @Test
    void whateverStepItDiesAtRepairPutsTheWorkloadBack() throws Exception {
        String before = template("deployment/c");
        List<String> points = until("count")
                .output()
                .lines()
                .filter(line -> line.startsWith(POINT))
                .map(line -> line.substring(POINT.length()).split(" ", 2)[0])
                .toList();
        assertThat(points).hasSizeGreaterThan(3);
        assertThat(template("deployment/c")).isEqualTo(before);
        for (String point : points) {
            Result killed = until(point);
            assertThat(killed.status()).as(point + "\n" + killed.output()).isEqualTo(137);
            Result repaired = commands.run(administrator, "repair");
            assertThat(repaired.status()).as(point + "\n" + repaired.output()).isZero();
            assertThat(template("deployment/c"))
                    .as("%s\n%s\n%s", point, killed.output(), repaired.output())
                    .isEqualTo(before);
        }
        System.out.println("killed at " + points + ": repair put the workload back each time");
        assertThat(commands.run(administrator, "repair").output()).contains("Nothing to repair");
        lab.kubectl("-n", "lab", "rollout", "status", "deployment/c", "--timeout=60s");
    }

    /** Starts an intercept that dies at a step, and ends what of it has not died. */
    private Result until(String step) throws Exception {
        Map<String, String> environment = new HashMap<>(administrator);
        environment.put("KUBETUN_KILL_AT", step);
        try (Running session = lab.kubetun(
                environment,
                "intercept",
                "-n",
                "lab",
                "--way",
                "patch",
                "deployment/c",
                "-p",
                "8080",
                "--foreground")) {
            Await.until(() -> session.output().contains("Ready.") || !session.alive(), PATIENCE);
            ProcessHandle.of(session.pid()).ifPresent(ProcessHandle::destroy);
            return session.await(PATIENCE);
        }
    }

    @Test
    void everyProtocolComesHere() throws Exception {
        workload("laptop");
        intercept("deployment/c", "-p", "7,21,8080,8443,50051", "-p", "7/udp");
        String pod = onlyPod("c");
        World node = new OnNode(lab);
        FlowPrograms programs = new FlowPrograms(node);
        programs.bytesArriveAsTheyWere(pod, 1 << 30);
        programs.halfClose(pod);
        programs.datagrams(pod);
        programs.closedPort(pod);
        assertThat(node.sure("curl", "-sSk", "https://" + pod + ":8443/")).contains("\"app\":\"laptop\"");
        assertThat(node.sure(
                        "sh",
                        "-c",
                        "head -c 5 /dev/zero | curl -sS --http2-prior-knowledge -D - -o /dev/null"
                                + " -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @-"
                                + " http://" + pod + ":50051/grpc.health.v1.Health/Check"))
                .contains("HTTP/2 200", "grpc-status: 0");
        assertThat(node.run("curl", "-sS", "--max-time", "3", "http://" + pod + ":9702/")
                        .status())
                .as("only the rules lead to the agent: curl's code for a refusal")
                .isEqualTo(7);
        assertThat(taken()).as("bytes, half-close, TLS, gRPC").isGreaterThanOrEqualTo(4);
        leave("deployment/c");
    }

    @Test
    void theLocalProcessIsToldWhoCalls() throws Exception {
        Running reader = new Running(lab.asRoot("python3", "-c", """
                import socket
                server = socket.create_server(("127.0.0.1", 3001))
                while True:
                    flow, _ = server.accept()
                    head = b""
                    while len(head) < 28 and (more := flow.recv(28 - len(head))): head += more
                    if len(head) < 28: continue
                    print("called by", socket.inet_ntoa(head[16:20]), "to", socket.inet_ntoa(head[20:24]),
                        int.from_bytes(head[26:28], "big"), flush=True)
                    flow.recv(65536); flow.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\ntold"); flow.close()
                """));
        local.add(reader);
        intercept("deployment/c", "-p", "8080:3001", "--proxy-protocol");
        Await.until(() -> tried("a", "get", "-t", "1s", "http://c/").contains("told"), PATIENCE);
        assertThat(reader.output()).contains("called by " + lab.podIp("a") + " to " + onlyPod("c") + " 8080");
        leave("deployment/c");
    }

    @Test
    void aClosedPortHereStaysInTheCluster() throws Exception {
        intercept("deployment/c", "-p", "8080:3999");
        Await.until(
                () -> {
                    tried("a", "get", "-t", "1s", "http://c/");
                    return commands.stdout("status").contains("Nothing listens on 127.0.0.1:3999");
                },
                PATIENCE);
        assertThat(from("a", "get", "http://c/")).contains("\"app\":\"c\"");
        leave("deployment/c");
    }
}
