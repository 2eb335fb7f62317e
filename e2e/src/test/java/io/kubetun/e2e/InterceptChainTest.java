package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The local process is called from the cluster, and calls the cluster: a, then b on the laptop, then c. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class InterceptChainTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String SOCKS = "127.0.0.1:11083";

    @TempDir
    private Path scratch;

    private InterceptLab given;

    @BeforeEach
    void open() throws Exception {
        given = new InterceptLab(scratch);
    }

    @AfterEach
    void close() throws Exception {
        given.close();
    }

    /** The lab's program on the laptop is b. */
    private void chain(String... environment) throws Exception {
        given.workload("laptop", environment);
        chain(8080);
    }

    /** What a prints of the chain: the names of the hosts that were gone through, then c. */
    private void chain(int port) throws Exception {
        given.intercept("deployment/b", "-p", "8080:" + port);
        String laptop = given.world().onLaptop("hostname").strip();
        Await.until(
                () -> given.tried("a", "get", "-t", "5s", "http://a/dependency").contains(" -> " + laptop + " -> "),
                READY);
        assertThat(given.from("a", "get", "http://a/dependency"))
                .contains(" -> " + laptop + " -> ", "\"app\":\"c\"")
                .startsWith("200 a-");
        given.leave("deployment/b");
    }

    @Test
    void bySocks() throws Exception {
        given.commands().start(given.administrator(), "proxy-out", "--detach", "-n", "lab", "--listen-socks", SOCKS);
        chain("NEXT=http://c.lab/", "HTTP_PROXY=socks5://" + SOCKS);
    }

    @Test
    void byConnect() throws Exception {
        given.world().sudo(given.administrator(), "connect", "-n", "lab").awaitSuccess(READY);
        chain("NEXT=http://c.lab/");
        given.commands().run("disconnect", "--all");
    }

    /** Services have loopback addresses of their own, so the process keeps to one. */
    @Test
    void byForward() throws Exception {
        try (Running forward = given.world().sudo(given.administrator(), "forward", "-n", "lab", "--foreground")) {
            forward.awaitLine("Ready", READY);
            given.local("python3", "-c", """
                    import http.server, socket, urllib.request
                    class B(http.server.BaseHTTPRequestHandler):
                        def do_GET(self):
                            answer = urllib.request.urlopen("http://c.lab/", timeout=5).read()
                            self.send_response(200); self.end_headers()
                            self.wfile.write(socket.gethostname().encode() + b" -> " + answer)
                    server = http.server.ThreadingHTTPServer(("127.0.0.1", 3000), B)
                    print("listens", flush=True); server.serve_forever()
                    """).awaitLine("listens", READY);
            chain(3000);
            assertThat(forward.stop().output()).doesNotContain("\tat ");
        }
    }

    /** The other way round: client and c on the laptop, b in the cluster. */
    @Test
    void theMiddleIsInTheCluster() throws Exception {
        given.workload("laptop");
        given.intercept("deployment/c", "-p", "8080");
        given.commands().start(given.administrator(), "proxy-out", "--detach", "-n", "lab", "--listen-socks", SOCKS);
        given.awaitFrom("laptop");
        assertThat(new Socks(given.world(), SOCKS).curl("http://b.lab/dependency"))
                .startsWith("b-")
                .contains(" -> ", "\"app\":\"laptop\"");
        given.leave("deployment/c");
    }

    /** Two peers over raw TCP, one of them here: each opens a connection to the other and is answered on it. */
    @Test
    void peersTalkBothWays() throws Exception {
        String peer = """
                import socket, sys, threading
                name, port = sys.argv[1], int(sys.argv[2])
                def answer(flow):
                    with flow, flow.makefile("rw") as lines:
                        for line in lines: lines.write(name + " heard " + line); lines.flush()
                server = socket.create_server((sys.argv[3], port), reuse_port=False)
                print("listens", flush=True)
                while True: threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
                """;
        String say = """
                import socket, sys
                with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as flow, flow.makefile("rw") as lines:
                    for word in ("one", "two"):
                        lines.write(word + "\\n"); lines.flush(); print(lines.readline().strip())
                """;
        given.local("python3", "-c", peer, "laptop", "7007", "127.0.0.1").awaitLine("listens", READY);
        given.intercept("statefulset/peer", "-p", "9007:7007");
        OnNode node = new OnNode(given.world());
        String address = given.onlyPod("peer");
        assertThat(node.python(say, address, "9007").strip()).isEqualTo("laptop heard one\nlaptop heard two");
        given.world().sudo(given.administrator(), "connect", "-n", "lab").awaitSuccess(READY);
        // The other peer is a program in the pod that answers with what it hears.
        assertThat(given.world().python(say, "peer-1.peer.lab", "7").strip()).isEqualTo("one\ntwo");
        given.leave("statefulset/peer");
        given.commands().run("disconnect", "--all");
    }
}
