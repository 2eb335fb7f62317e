package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Sessions through a gateway on a real cluster: deployed, shared, lost, left behind, and not to be had. */
@EnabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "needs root and the lab cluster: set KUBETUN_LAB to its script")
class GatewayTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String SOCKS = "127.0.0.1:1097";
    /** Long enough to see that flows go on, short enough to wait for. */
    private static final int DRAIN_SECONDS = 10;

    private static final String DEPLOYER = "gateway-deployer";

    /** In front of a program: what it connects to, it reaches by SOCKS. */
    private static final String BY_SOCKS = """
            import socket
            straight = socket.create_connection
            def by_socks(address, timeout):
                host, port = address
                s = straight(("127.0.0.1", 1097), timeout); s.settimeout(30)
                s.sendall(b"\\x05\\x01\\x00"); s.recv(2)
                s.sendall(b"\\x05\\x01\\x00\\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
                r = s.recv(10)
                if len(r) < 2 or r[1] != 0: raise OSError("refused")
                return s
            socket.create_connection = by_socks
            """;

    /** Keeps flows open while the gateway's pod goes, and tries new ones without a pause until one works. */
    private static final String UNDER_LOAD = """
            import socket, subprocess, sys, threading, time
            flows = [socket.create_connection(("echo.lab", 7), 10) for _ in range(20)]
            for s in flows: s.sendall(b"a"); assert s.recv(1) == b"a"
            ends = []; deleted = None
            def use(s):
                try:
                    while True:
                        s.sendall(b"b")
                        if not s.recv(1): ends.append((time.monotonic(), "end")); return
                        time.sleep(0.01)
                except OSError as e: ends.append((time.monotonic(), type(e).__name__))
            threads = [threading.Thread(target=use, args=(s,)) for s in flows]
            for t in threads: t.start()
            subprocess.run(["kubectl", "-n", "lab", "delete", "pod", "-l", sys.argv[1], "--grace-period=0", "--force"], check=True, capture_output=True)
            deleted = time.monotonic()
            while len(ends) < len(flows) and time.monotonic() < deleted + 20: time.sleep(0.01)
            works = None
            while works is None and time.monotonic() < deleted + 20:
                try:
                    s = socket.create_connection(("echo.lab", 7), 10); s.sendall(b"c"); assert s.recv(1) == b"c"; works = time.monotonic()
                except (OSError, AssertionError): time.sleep(0.05)
            print("cut", len(ends), "last after", round(max(t for t, _ in ends) - deleted, 2), sorted({n for _, n in ends}), "new after", round(works - deleted, 2))
            """;

    /** Flows that stay and requests that come without a pause, while the Deployment is rolled out. */
    private static final String ROLLED_OUT = """
            import json, socket, subprocess, sys, threading, time
            def connect(host, port):
                s = socket.create_connection(("127.0.0.1", 1097), 10); s.settimeout(30)
                s.sendall(b"\\x05\\x01\\x00"); s.recv(2)
                s.sendall(b"\\x05\\x01\\x00\\x03" + bytes([len(host)]) + host.encode() + port.to_bytes(2, "big"))
                r = s.recv(10)
                if len(r) < 2 or r[1] != 0: raise OSError("refused %s" % r.hex())
                return s
            def kubectl(*more): return subprocess.run(["kubectl", "-n", "lab", *more], check=True, capture_output=True, text=True).stdout
            def pods(): return {each["metadata"]["name"]: each for each in json.loads(kubectl("get", "pods", "-l", sys.argv[1], "-o", "json"))["items"]}
            def ask():
                s = connect("echo.lab", 80); s.sendall(b"GET / HTTP/1.0\\r\\nHost: echo.lab\\r\\n\\r\\n"); got = b""
                while True:
                    b = s.recv(65536)
                    if not b: break
                    got += b
                s.close(); return json.loads(got.split(b"\\r\\n\\r\\n", 1)[1])["remote"].rsplit(":", 1)[0]
            over = False; ends = []; requests = []; failures = []
            def stay(s):
                try:
                    while not over:
                        s.sendall(b"b")
                        if not s.recv(1): raise OSError("end")
                        time.sleep(0.05)
                except OSError as e: ends.append(time.monotonic())
            def come():
                while not over:
                    began = time.monotonic()
                    try: who = ask(); requests.append((began, time.monotonic(), who))
                    except Exception as e: failures.append((began, time.monotonic(), repr(e)))
            before = pods(); assert len(before) == 1, before.keys()
            (old, pod), = before.items(); oldip = pod["status"]["podIP"]
            threads = [threading.Thread(target=stay, args=(connect("echo.lab", 7),)) for _ in range(20)]
            threads += [threading.Thread(target=come) for _ in range(8)]
            for t in threads: t.start()
            time.sleep(1); kubectl("rollout", "restart", "deployment/kubetun-gateway")
            told = gone = None; limit = time.monotonic() + 90
            while gone is None and time.monotonic() < limit:
                now = pods(); at = time.monotonic()
                if told is None and (old not in now or "deletionTimestamp" in now[old]["metadata"]): told = at
                if old not in now: gone = at
            time.sleep(1); over = True
            for t in threads: t.join()
            newip, = {each["status"]["podIP"] for each in pods().values()}
            by = lambda ip: [began for began, _, who in requests if who == ip]
            print(json.dumps({"stayed": len(ends), "cut_first": min(ends) - told, "cut_last": max(ends) - told, "requests": len(requests),
                "after": len([began for began, _, _ in requests if began > told]), "failed": [(began - told, end - told, why) for began, end, why in failures],
                "others": len(requests) - len(by(oldip)) - len(by(newip)), "old_last": max(by(oldip)) - told, "new_first": min(by(newip)) - told,
                "slowest": max(end - began for began, end, _ in requests), "gone": gone - told}))
            """;

    @TempDir
    private Path scratch;

    private LabWorld lab;
    private String deployer;

    @BeforeEach
    void open() throws Exception {
        lab = (LabWorld) World.open(scratch);
        lab.loadGateway();
        deployer = lab.loginWith(DEPLOYER).toString();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try {
            awaitGone();
        } finally {
            lab.close();
            lab.forget(DEPLOYER);
            lab.kubectl("-n", "lab", "delete", "--ignore-not-found", "deployment", "kubetun-gateway");
        }
    }

    private void awaitGone() throws Exception {
        Await.until(() -> lab.gateways().isBlank(), Duration.ofSeconds(20));
    }

    private Running proxy(String kubeconfig, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("proxy-out", "--foreground", "--listen-socks", SOCKS, "--kubeconfig", kubeconfig));
        arguments.addAll(List.of(more));
        Running running = lab.kubetun(arguments.toArray(String[]::new));
        running.awaitLine("Ready", READY);
        return running;
    }

    @Test
    void isDeployedUsedAndTakenAway() throws Exception {
        long began = System.nanoTime();
        try (Running proxy = proxy(deployer, "--gateway", "auto")) {
            System.out.printf("deployed and ready after %d ms%n", (System.nanoTime() - began) / 1_000_000);
            assertThat(proxy.output()).contains("Flows go through the gateway lab/kubetun-gateway.");
            Socks socks = new Socks(lab, SOCKS);
            assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(socks.curl("http://" + lab.clusterIp("echo") + "/")).contains("\"app\":\"echo\"");
            assertThat(socks.curl("http://" + lab.podIp("echo") + ":8080/")).contains("\"app\":\"echo\"");
            assertThat(socks.curl("http://peer-1.peer:8080/")).contains("peer-1");
            assertThat(socks.curl("http://echo.other/")).contains("\"app\":\"echo\"");
            assertThat(socks.connect("172.30.0.1", 6443).code())
                    .as("an address of a node")
                    .isZero();
            new FlowPrograms(lab, BY_SOCKS).halfClose("echo.lab");
            assertThat(lab.kubetun("status").await(READY).output())
                    .contains("gateway: flows go through lab/kubetun-gateway");
            assertThat(lab.kubetun("why", "echo.lab:80").await(READY).output())
                    .contains("The gateway is to dial " + lab.clusterIp("echo") + ":80");
            assertThat(lab.kubectl(
                            "-n", "lab", "get", "pods", "-l", LabWorld.GATEWAY, "-o", "jsonpath={.items[0].spec}"))
                    .contains("\"automountServiceAccountToken\":false", "\"readOnlyRootFilesystem\":true");
            proxy.stop();
        }
        awaitGone();
    }

    @Test
    void twoPeopleShareOneAndTheFirstLeaves() throws Exception {
        Path guestHome = Files.createDirectory(scratch.resolve("guest"));
        Files.setPosixFilePermissions(guestHome, PosixFilePermissions.fromString("rwx------"));
        try (Running first = proxy(deployer, "--gateway", "auto");
                Running second = lab.guest(
                        guestHome,
                        Path.of(deployer),
                        lab.installation().resolve("bin/kubetun").toString(),
                        "proxy-out",
                        "--foreground",
                        "--listen-socks",
                        SOCKS,
                        "--gateway",
                        "auto")) {
            second.awaitLine("Ready", READY);
            assertThat(lab.kubectl("-n", "lab", "get", "pods", "-l", LabWorld.GATEWAY, "-o", "name")
                            .lines())
                    .hasSize(1);
            Running download = lab.guest(
                    guestHome,
                    Path.of(deployer),
                    "curl",
                    "-sS",
                    "--limit-rate",
                    "20M",
                    "--proxy",
                    "socks5h://" + SOCKS,
                    "-w",
                    "%{size_download}",
                    "-o",
                    "/dev/null",
                    "http://echo.lab/bytes?n=100000000");
            Await.until(() -> lab.kubetun("status").await(READY).status() == 0, READY);
            first.stop();
            Result all = download.await(READY);
            assertThat(all.output().strip()).isEqualTo("100000000");
            assertThat(lab.gateways()).contains("deployment.apps/kubetun-gateway");
            second.stop();
        }
        awaitGone();
    }

    @Test
    void theNextStartSweepsWhatAKilledOneLeft() throws Exception {
        try (Running proxy = proxy(deployer, "--gateway", "auto")) {
            proxy.descendants().forEach(ProcessHandle::destroyForcibly);
            proxy.kill();
        }
        assertThat(lab.gateways()).contains("deployment.apps/kubetun-gateway");
        try (Running next = proxy(deployer)) {
            awaitGone();
            next.stop();
        }
    }

    @Test
    void itsPodGoesUnderLoad() throws Exception {
        try (Running proxy = proxy(deployer, "--gateway", "auto")) {
            String told = lab.onLaptop("python3", "-c", BY_SOCKS + UNDER_LOAD, LabWorld.GATEWAY);
            System.out.println("pod deleted: " + told.strip());
            assertThat(told).contains("cut 20");
            double cut = Double.parseDouble(told.replaceAll("(?s).*last after ([0-9.-]+).*", "$1"));
            double works = Double.parseDouble(told.replaceAll("(?s).*new after ([0-9.]+).*", "$1"));
            assertThat(cut).as("seconds until all flows are cut").isLessThan(1.5);
            assertThat(works).as("seconds until a new flow works").isLessThan(5);
            proxy.stop();
        }
    }

    @Test
    void aRolloutLetsFlowsEndAndLosesNoRequest() throws Exception {
        Path installed = scratch.resolve("gateway.yaml");
        String chart = Files.readString(LabWorld.chart("gateway"));
        assertThat(chart).contains("value: 60s", "terminationGracePeriodSeconds: 75");
        Files.writeString(
                installed,
                chart.replace("value: 60s", "value: " + DRAIN_SECONDS + "s")
                        .replace("terminationGracePeriodSeconds: 75", "terminationGracePeriodSeconds: 25"));
        lab.kubectl("apply", "-f", installed.toString());
        try {
            lab.kubectl("-n", "lab", "rollout", "status", "deployment/kubetun-gateway", "--timeout=60s");
            try (Running proxy = proxy(deployer, "--gateway", "kubetun-gateway")) {
                String told = lab.onLaptop("python3", "-c", ROLLED_OUT, LabWorld.GATEWAY);
                System.out.println("rolled out: " + told.strip());
                Config seen = ConfigFactory.parseString(told);
                assertThat(seen.getList("failed")).as("requests that failed").isEmpty();
                assertThat(seen.getInt("after"))
                        .as("requests since the old pod was told to end")
                        .isGreaterThan(100);
                assertThat(seen.getInt("others")).isZero();
                assertThat(seen.getDouble("slowest"))
                        .as("seconds of the slowest request")
                        .isLessThan(5);
                assertThat(seen.getDouble("old_last"))
                        .as("the last request that began and went by the old pod")
                        .isLessThan(2);
                assertThat(seen.getInt("stayed")).isEqualTo(20);
                assertThat(seen.getDouble("cut_first"))
                        .as("flows go on while the old pod drains")
                        .isGreaterThan(DRAIN_SECONDS - 1);
                assertThat(seen.getDouble("cut_last")).as("and no longer").isLessThan(DRAIN_SECONDS + 3);
                assertThat(seen.getDouble("gone")).as("the old pod is gone").isLessThan(DRAIN_SECONDS + 8);
                assertThat(lab.kubetun("status").await(READY).output())
                        .contains("gateway: flows go through lab/kubetun-gateway");
                proxy.stop();
            }
        } finally {
            lab.kubectl("delete", "--ignore-not-found", "-f", installed.toString());
        }
    }

    @Test
    void withoutTheRightItGoesWithoutAndSaysWhy() throws Exception {
        String plain = lab.loginWith("socks").toString();
        try (Running proxy = proxy(plain, "--gateway", "auto")) {
            String why = "this user may not get deployments in namespace lab";
            assertThat(proxy.output()).contains("Going on without a gateway: " + why);
            assertThat(new Socks(lab, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
            assertThat(lab.kubetun("status").await(READY).output()).contains("gateway: none, " + why);
            proxy.stop();
        } finally {
            lab.forget("socks");
        }
    }

    @Test
    void failuresAreToldAndTakenBack() throws Exception {
        String admin = lab.administrator().toString();
        lab.kubectl("create", "namespace", "narrow");
        try {
            lab.kubectl("label", "namespace", "narrow", "pod-security.kubernetes.io/enforce=restricted");
            try (Running proxy = proxy(admin, "--gateway", "auto", "--gateway-namespace", "narrow")) {
                assertThat(proxy.output()).contains("Flows go through the gateway narrow/kubetun-gateway.");
                proxy.stop();
            }
            lab.kubectl("-n", "narrow", "create", "quota", "small", "--hard=pods=0");
            Await.until(() -> isEmpty("narrow"), Duration.ofSeconds(90));
            withoutGateway(admin, "exceeded quota");
            lab.kubectl("-n", "narrow", "delete", "quota", "small");
            withoutGateway(
                    admin, "the image 127.0.0.1:1/gateway:1 cannot be pulled", "--image", "127.0.0.1:1/gateway:1");
            Result refused = lab.kubetun(
                            "proxy-out",
                            "--foreground",
                            "--listen-socks",
                            SOCKS,
                            "--kubeconfig",
                            admin,
                            "--gateway",
                            "missing")
                    .await(READY);
            assertThat(refused.status()).isEqualTo(50);
            assertThat(refused.output()).contains("there is no such Deployment").doesNotContain("\tat ");
        } finally {
            lab.kubectl("delete", "namespace", "narrow", "--wait=false");
        }
    }

    private void withoutGateway(String kubeconfig, String why, String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of("--gateway", "auto", "--gateway-namespace", "narrow"));
        all.addAll(List.of(more));
        try (Running proxy = proxy(kubeconfig, all.toArray(String[]::new))) {
            System.out.println(proxy.output());
            assertThat(proxy.output()).contains("Going on without a gateway: ").contains(why);
            assertThat(lab.kubetun("status").await(READY).output())
                    .contains("gateway: none, ")
                    .contains(why);
            Await.until(() -> isEmpty("narrow"), Duration.ofSeconds(90));
            proxy.stop();
        }
    }

    private boolean isEmpty(String namespace) throws Exception {
        return lab.kubectl("-n", namespace, "get", "deployments,pods", "-o", "name")
                .isBlank();
    }

    @Test
    void aPlanShowsItAndChangesNothing() throws Exception {
        Result plan = lab.kubetun(
                        Map.of("KUBECONFIG", deployer), "plan", "proxy-out", "--gateway", "auto", "-o", "table")
                .await(READY);
        System.out.println(plan.output());
        assertThat(plan.output()).contains("deploy the gateway lab/kubetun-gateway", "gateway");
        assertThat(lab.gateways()).isBlank();
    }
}
