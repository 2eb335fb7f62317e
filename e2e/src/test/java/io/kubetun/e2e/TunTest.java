package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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

    /** Connects, and says what came of it and after how many milliseconds. */
    private static final String CONNECT = """
            import socket, sys, time
            for attempt in range(2):
                began = time.monotonic()
                try:
                    socket.create_connection((sys.argv[1], int(sys.argv[2])), 10).close()
                    said = "open"
                except OSError as error:
                    said = type(error).__name__ + " " + str(error.errno)
                print(said, round((time.monotonic() - began) * 1000, 1))
            """;

    /** Sends bytes to the echo port, ends its half, and compares what comes back. */
    static final String ECHO = """
            import hashlib, os, socket, sys, threading, time
            size = int(sys.argv[2]); piece = os.urandom(1 << 20)
            s = socket.create_connection((sys.argv[1], 7), 10)
            sent, got = hashlib.sha256(), hashlib.sha256()
            def send():
                for _ in range(size >> 20):
                    s.sendall(piece); sent.update(piece)
                s.shutdown(socket.SHUT_WR)
            t = threading.Thread(target=send); began = time.monotonic(); t.start()
            n = 0
            s.settimeout(60)
            while n < size:
                b = s.recv(1 << 18)
                if not b: break
                n += len(b); got.update(b)
            t.join(); took = time.monotonic() - began
            print("equal" if sent.digest() == got.digest() and n == size else "different %d" % n, round(n / took / 1e6), "MB/s each way")
            """;

    /** Opens many flows at once, and sends through each of them when all are open. */
    static final String MANY = """
            import resource, selectors, socket, sys, time
            count = int(sys.argv[2])
            resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            began = time.monotonic(); all = []; chosen = selectors.DefaultSelector()
            for i in range(count):
                s = socket.socket(); s.setblocking(False); s.connect_ex((sys.argv[1], 7)); all.append(s)
                chosen.register(s, selectors.EVENT_WRITE)
            opened = failed = 0; end = began + 60
            while opened + failed < count and time.monotonic() < end:
                for key, _ in chosen.select(1):
                    chosen.unregister(key.fileobj)
                    if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR): failed += 1
                    else: opened += 1
            took = time.monotonic() - began; right = 0
            for i, s in enumerate(all):
                s.setblocking(True); s.settimeout(20)
                try:
                    s.sendall(b"%08d" % i)
                except OSError: pass
            for i, s in enumerate(all):
                try:
                    right += s.recv(8) == b"%08d" % i
                except OSError: pass
            print("opened", opened, "failed", failed, "in", round(took, 2), "s, answered", right)
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
        Await.until(() -> fingerprint().equals(before), Duration.ofSeconds(10));
        assertThat(fingerprint()).isEqualTo(before);
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop(
                "sh",
                "-c",
                "{ ip route; ip -6 route; ip -o link; ip -o addr; cat /etc/resolv.conf; } | sed 's/valid_lft.*//' | sha256sum");
    }

    private Running start(String... more) throws Exception {
        String[] all = new String[more.length + 1];
        all[0] = "tun";
        System.arraycopy(more, 0, all, 1, more.length);
        Running running = lab.sudo(Map.of(), all);
        running.awaitLine("Ready", READY);
        return running;
    }

    private String curl(String host) throws Exception {
        return lab.sure("curl", "-sS", "--max-time", "20", "http://" + host + "/");
    }

    private String python(String program, String... arguments) throws Exception {
        String[] all = new String[arguments.length + 3];
        all[0] = "python3";
        all[1] = "-c";
        all[2] = program;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return lab.sure(all);
    }

    @Test
    void addressesOfTheClusterAnswer() throws Exception {
        String echo = lab.clusterIp("echo");
        String pod = lab.podIp("echo");
        String defaultRoute = lab.onLaptop("ip", "route", "show", "default");
        String other = lab.onLaptop("sh", "-c", "getent hosts wiki.office.test || true");
        try (Running tun = start()) {
            assertThat(curl(echo)).contains("\"app\":\"echo\"");
            assertThat(curl(pod + ":8080")).contains("\"app\":\"echo\"");
            assertThat(lab.sure(
                            "sh",
                            "-c",
                            "curl -sS http://" + echo + "/ & curl -sS http://" + lab.clusterIp("a") + "/; wait"))
                    .contains("\"app\":\"echo\"", "\"app\":\"a\"");
            String closed = python(CONNECT, pod, "4444");
            String unknown = python(CONNECT, pod.replaceAll("\\.\\d+$", ".251"), "80");
            System.out.printf(
                    "closed port: %s; unknown address: %s%n", closed.replace('\n', ';'), unknown.replace('\n', ';'));
            assertThat(closed).contains("ConnectionRefusedError").doesNotContain("open");
            assertThat(unknown).contains("OSError 113");
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
            String both = python(ECHO, echo, Integer.toString(100 << 20));
            System.out.println("100 MB there and back: " + both.strip());
            assertThat(both).startsWith("equal");
            String many = python(MANY, echo, "1000");
            System.out.println("1,000 flows at once: " + many.strip());
            assertThat(many).contains("opened 1000", "answered 1000");
            tun.stop();
        }
    }

    @Test
    void anUploadIsAnsweredAfterItsEnd() throws Exception {
        try (Running tun = start()) {
            String late = python("""
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
            assertThat(curl(lab.clusterIp("echo"))).contains("\"app\":\"echo\"");
            assertThat(fingerprint()).isNotEqualTo(before);
            assertThat(tun.alive()).isTrue();
            long began = System.nanoTime();
            lab.kernel().orElseThrow().destroyForcibly();
            Await.until(() -> fingerprint().equals(before), Duration.ofSeconds(10));
            System.out.printf("routes as before %d ms after SIGKILL%n", (System.nanoTime() - began) / 1_000_000);
        }
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
        assertThat(refused.output()).contains("sudo").doesNotContain("\tat ");
    }
}
