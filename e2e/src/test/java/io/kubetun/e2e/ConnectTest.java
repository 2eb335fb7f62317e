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
        Await.until(() -> fingerprint().equals(before), SOON);
        assertThat(fingerprint()).isEqualTo(before);
    }

    private String fingerprint() throws Exception {
        return lab.onLaptop(
                "sh",
                "-c",
                "sha256sum /etc/resolv.conf; stat -c '%a %u %g' /etc/resolv.conf; ip route; ip -o link | sed 's/ qlen.*//'; ip -o addr | sed 's/valid_lft.*//'");
    }

    private void connect(String... more) throws Exception {
        String[] all = new String[more.length + 1];
        all[0] = "connect";
        System.arraycopy(more, 0, all, 1, more.length);
        Result started = lab.sudo(Map.of(), all).await(READY);
        assertThat(started.status()).as(started.output()).isZero();
    }

    private String curl(String host) throws Exception {
        return lab.sure("curl", "-sS", "--max-time", "20", "http://" + host + "/");
    }

    /** The address and the milliseconds. */
    private String[] lookUp(String name) throws Exception {
        return lab.sure("python3", "-c", LOOK_UP, name).strip().split(" ", -1);
    }

    private String address(String name) throws Exception {
        return lookUp(name)[0];
    }

    private void disconnect() throws Exception {
        Result ended = lab.kubetun("disconnect", "--all").await(READY);
        assertThat(ended.status()).as(ended.output()).isZero();
        Await.until(() -> fingerprint().equals(before), SOON);
    }

    private void everythingAnswers() throws Exception {
        String echo = lab.clusterIp("echo");
        for (String name : List.of("echo", "echo.lab", "echo.lab.svc", "echo.lab.svc.cluster.local")) {
            assertThat(address(name)).as(name).isEqualTo(echo);
            assertThat(curl(name)).contains("\"app\":\"echo\"");
        }
        assertThat(curl("peer-0.peer.lab:8080")).contains("\"pod\":\"peer-0\"");
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
        assertThat(lab.sure("dig", "+short", "+notcp", "@127.53.0.53", "echo.lab.svc.cluster.local").strip())
                .isEqualTo(lab.clusterIp("echo"));
        assertThat(lab.sure("dig", "+short", "+tcp", "@127.53.0.53", "wiki.office.test").strip())
                .isEqualTo("192.0.2.80");
        disconnect();
        assertThat(fingerprint()).isEqualTo(before);
        assertThat(address("wiki.office.test")).isEqualTo("192.0.2.80");
        assertThat(address("echo.lab")).isEqualTo("none");
    }

    private long rootsJvms() throws Exception {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(lab.installation().toString()) && line.contains("java"))
                        .isPresent())
                .filter(process -> process.info().user().filter("root"::equals).isPresent())
                .count();
    }
}
