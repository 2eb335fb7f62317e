package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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
                    admin,
                    "the image nowhere.invalid/gateway:1 cannot be pulled",
                    "--image",
                    "nowhere.invalid/gateway:1");
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
