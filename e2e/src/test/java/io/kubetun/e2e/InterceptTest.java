package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
    private static final Duration PATIENCE = InterceptLab.PATIENCE;

    @TempDir
    private Path scratch;

    private InterceptLab given;
    private LabWorld lab;
    private Commands commands;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
        lab = given.world();
        commands = given.commands();
    }

    @AfterEach
    void close() throws Exception {
        given.close();
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

    private void intercept(String... arguments) throws Exception {
        given.intercept(
                Stream.concat(Stream.of("--way", "patch"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void trafficComesHereAndGoesBack() throws Exception {
        String before = given.template("deployment/c");
        String set = replicaSets("c");
        given.workload("laptop");
        long began = System.nanoTime();
        intercept("deployment/c", "-p", "8080");
        given.awaitFrom("laptop");
        System.out.printf("first request on the laptop after %d ms%n", (System.nanoTime() - began) / 1_000_000);
        assertThat(given.from("a", "get", "http://a/dependency"))
                .as("a calls b, which calls c, which is on the laptop")
                .contains("laptop");
        assertThat(commands.stdout("status")).contains("deployment/c", "1 of 1 agents linked");
        ownCallersComeHereToo();
        given.leave("deployment/c");
        assertThat(given.template("deployment/c")).isEqualTo(before);
        Await.until(() -> replicaSets("c").equals(set), PATIENCE);
        given.awaitFrom("c");
    }

    /** A port-forward enters a pod by its loopback, past the rule. */
    private void ownCallersComeHereToo() throws Exception {
        String session = commands.start(
                given.administrator(), "proxy-out", "--detach", "-n", "lab", "--listen-socks", "127.0.0.1:1096");
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
                given.administrator(),
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
        String before = given.template("deployment/c");
        given.workload("laptop");
        intercept("deployment/c", "-p", "8080");
        given.awaitFrom("laptop");
        String seen = given.underLoad(
                "http://c/", 1_000, () -> lab.kernel().orElseThrow().destroyForcibly());
        System.out.println("killed under load: " + seen.replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 c");
        assertThat(InterceptLab.gap(seen)).isLessThanOrEqualTo(1.5);
        intercept("deployment/c", "-p", "8080");
        given.awaitFrom("laptop");
        lab.kernel().orElseThrow().destroyForcibly();
        given.awaitFrom("c");
        Result repaired = commands.run(given.administrator(), "repair");
        assertThat(repaired.output()).contains("deployment/c");
        assertThat(given.template("deployment/c")).isEqualTo(before);
    }

    @Test
    void whileTheLaptopIsSilentTheOriginalAnswers() throws Exception {
        given.workload("laptop");
        intercept("deployment/c", "-p", "8080");
        StringBuilder newcomer = new StringBuilder();
        String seen = given.underLoad("http://c/", 1_000, () -> {
            signal("STOP");
            newcomer.append(given.from("a", "get", "-s", "5", "-fresh", "http://c/"));
        });
        signal("CONT");
        System.out.println("stopped under load: " + (seen + newcomer).replace('\n', ';'));
        assertThat(seen).contains("200 laptop", "200 c");
        // The eight may all wait for what the laptop had accepted: who comes anew must not.
        assertThat(newcomer.toString()).contains("200 c").doesNotContain("error");
        assertThat(InterceptLab.gap(newcomer.toString())).isLessThanOrEqualTo(1.5);
        given.awaitFrom("laptop");
        given.leave("deployment/c");
    }

    private void signal(String name) throws Exception {
        lab.onLaptop(
                "kill", "-" + name, Long.toString(lab.kernel().orElseThrow().pid()));
    }

    @Test
    void bothReplicasAreTakenAndProbesStayInTheCluster() throws Exception {
        Running nothing = given.local("python3", "-c", """
                import http.server
                class All(http.server.BaseHTTPRequestHandler):
                    protocol_version = "HTTP/1.1"
                    def do_GET(self):
                        self.send_response(404); self.send_header("Content-Length", "7"); self.end_headers(); self.wfile.write(b"laptop\\n")
                    def log_message(self, *a):
                        if "Go-http-client" not in self.headers.get("User-Agent", ""): print(self.headers.get("User-Agent"), self.path, flush=True)
                http.server.ThreadingHTTPServer(("127.0.0.1", 3000), All).serve_forever()
                """);
        intercept("deployment/echo", "-p", "http:3000");
        // The probes of two minutes; the time-out of a command is less.
        Running load = given.load("a", "get", "-s", "120", "-fresh", "http://echo/");
        String asked = load.await(Duration.ofMinutes(3)).output();
        assertThat(asked).contains("404 laptop").doesNotContain("200 echo", "error");
        String restarts = "jsonpath={range .items[*]}{.status.containerStatuses[?(@.name=='app')].restartCount} {end}";
        assertThat(lab.kubectl("-n", "lab", "get", "pods", "-l", "app=echo", "-o", restarts)
                        .strip())
                .isEqualTo("0 0");
        assertThat(nothing.output()).doesNotContain("kube-probe");
        lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=3");
        allAreTaken(3);
        lab.kubectl("-n", "lab", "rollout", "restart", "deployment/echo");
        allAreTaken(3);
        lab.kubectl("-n", "lab", "scale", "deployment/echo", "--replicas=2");
        given.leave("deployment/echo");
        assertThat(given.template("deployment/echo"))
                .as("who has it rolled out meanwhile finds that kept")
                .contains("kubectl.kubernetes.io/restartedAt");
        lab.kubectl(
                "-n",
                "lab",
                "patch",
                "deployment/echo",
                "-p",
                "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/restartedAt\":null}}}}}");
        lab.settled();
    }

    private void allAreTaken(int replicas) throws Exception {
        lab.settled();
        Await.until(
                () -> commands.stdout("status").contains(replicas + " of " + replicas + " agents linked"), PATIENCE);
        assertThat(given.from("a", "get", "-n", "40", "-fresh", "http://echo/"))
                .contains("404 laptop")
                .doesNotContain("200 echo", "error");
    }

    @Test
    void whateverStepItDiesAtRepairPutsTheWorkloadBack() throws Exception {
        given.killedAtEachStep(
                () -> given.template("deployment/c"),
                20,
                Optional.empty(),
                "-n",
                "lab",
                "--way",
                "patch",
                "deployment/c",
                "-p",
                "8080");
    }

    @Test
    void everyProtocolComesHere() throws Exception {
        given.workload("laptop");
        intercept("deployment/c", "-p", "7,21,8080,8443,50051", "-p", "7/udp");
        String pod = given.onlyPod("c");
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
        assertThat(given.tried("a", "get", "-t", "3s", "http://" + pod + ":9702/"))
                .as("nor from another pod")
                .contains("connection refused")
                .doesNotContain("200 ");
        Protocols named = new Protocols(node, new Curl(node, List.of("--connect-to", "echo.lab:80:" + pod + ":8080")));
        named.webSocket();
        named.eventsOneByOne();
        assertThat(given.taken())
                .as("bytes, half-close, TLS, gRPC, WebSocket, events")
                .isGreaterThanOrEqualTo(6);
        given.leave("deployment/c");
    }

    @Test
    void theLocalProcessIsToldWhoCalls() throws Exception {
        Running reader = given.local("python3", "-c", """
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
                """);
        intercept("deployment/c", "-p", "8080:3001", "--proxy-protocol");
        Await.until(() -> given.tried("a", "get", "-t", "1s", "http://c/").contains("told"), PATIENCE);
        assertThat(reader.output()).contains("called by " + lab.podIp("a") + " to " + given.onlyPod("c") + " 8080");
        given.leave("deployment/c");
    }

    @Test
    void aClosedPortHereStaysInTheCluster() throws Exception {
        intercept("deployment/c", "-p", "8080:3999");
        Await.until(
                () -> {
                    given.tried("a", "get", "-t", "1s", "http://c/");
                    return commands.stdout("status").contains("Nothing listens on 127.0.0.1:3999");
                },
                PATIENCE);
        assertThat(given.from("a", "get", "http://c/")).contains("\"app\":\"c\"");
        given.leave("deployment/c");
    }
}
