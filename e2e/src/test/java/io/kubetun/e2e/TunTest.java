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
            String closed = python(FlowPrograms.CONNECT, pod, "4444");
            String unknown = python(FlowPrograms.CONNECT, pod.replaceAll("\\.\\d+$", ".251"), "80");
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
            String both = python(FlowPrograms.ECHO, echo, Integer.toString(100 << 20));
            System.out.println("100 MB there and back: " + both.strip());
            assertThat(both).startsWith("equal");
            String many = python(FlowPrograms.MANY, echo, "1000");
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
