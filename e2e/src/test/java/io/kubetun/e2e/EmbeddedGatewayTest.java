package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.kubetun.kernel.gateway.Gateway;
import io.kubetun.kernel.gateway.GatewaySettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A session through the gateway's own program, which on the embedded cluster is a server beside its pod. */
@DisabledIfEnvironmentVariable(
        named = "KUBETUN_LAB",
        matches = ".+",
        disabledReason = "GatewayTest does it on the lab cluster")
class EmbeddedGatewayTest {
    private static final Duration READY = Duration.ofSeconds(40);
    private static final int PORT = 9700;

    @TempDir
    private Path scratch;

    private EmbeddedWorld world;
    private Gateway gateway;
    private HttpServer node;

    @BeforeEach
    void open() throws Exception {
        world = new EmbeddedWorld(scratch);
        gateway = Gateway.start(new GatewaySettings(0, 0, Duration.ofSeconds(1), 100), address -> true);
        world.cluster().image("kubetun.io/gateway:0.1.0", setup -> setup.server(PORT, gateway.address()));
        world.cluster()
                .user("dev")
                .allow("get,list,watch,create,patch,delete", "deployments", "lab")
                .allow("create", "serviceaccounts", "lab");
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        node.createContext("/", exchange -> {
            byte[] body = "no pod\n".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        node.start();
    }

    @AfterEach
    void close() {
        node.stop(0);
        gateway.close();
        world.close();
    }

    private String address() {
        return "127.0.0.1:" + node.getAddress().getPort();
    }

    private Running proxy(String... more) throws Exception {
        String[] all = new String[more.length + 4];
        System.arraycopy(new String[] {"proxy-out", "--foreground", "--listen-socks", "127.0.0.1:1095"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        Running running = world.kubetun(all);
        running.awaitLine("Ready", READY);
        return running;
    }

    @Test
    void whatIsNoPodIsReachedThroughIt() throws Exception {
        try (Running proxy = proxy("--gateway", "auto")) {
            Socks socks = new Socks(world, "127.0.0.1:1095");
            assertThat(socks.curl("http://" + address() + "/")).isEqualTo("no pod");
            assertThat(world.kubetun("status").await(READY).output())
                    .contains("gateway: flows go through lab/kubetun-gateway");
            assertThat(world.kubetun("status", "-o", "json").await(READY).output())
                    .contains("\"gateway\"", "lab/kubetun-gateway");
            assertThat(world.kubetun("why", address()).await(READY).output())
                    .contains("The gateway is to dial " + address() + ".");
            assertThat(gateway.counts().opened()).isGreaterThanOrEqualTo(2);
            proxy.stop();
        }
        awaitGone();
    }

    @Test
    void whatIsNoPodIsRefusedWithoutIt() throws Exception {
        try (Running proxy = proxy()) {
            assertThat(new Socks(world, "127.0.0.1:1095")
                            .tryCurl("http://" + address() + "/")
                            .status())
                    .isNotZero();
            assertThat(gateway.counts().opened()).isZero();
            proxy.stop();
        }
    }

    @Test
    void anotherPodTakesOver() throws Exception {
        try (Running proxy = proxy("--gateway", "auto")) {
            Socks socks = new Socks(world, "127.0.0.1:1095");
            assertThat(socks.curl("http://" + address() + "/")).isEqualTo("no pod");
            world.cluster().deleteAll("Pod", "lab", "kubetun.io/gateway=kubetun-gateway");
            long began = System.nanoTime();
            assertThat(socks.curl("http://" + address() + "/")).isEqualTo("no pod");
            System.out.printf("through the next pod after %d ms%n", (System.nanoTime() - began) / 1_000_000);
            proxy.stop();
        }
    }

    @Test
    void whateverStepItsSessionDiesAtRepairTakesItBack() throws Exception {
        List<String> points = KillPoints.printed(diesAt(KillPoints.COUNT));
        assertThat(points).hasSizeGreaterThan(7);
        awaitGone();
        for (String point : points) {
            Running.Result killed = diesAt(KillPoints.name(point));
            Running.Result repaired = world.kubetun("repair").await(READY);
            assertThat(repaired.status())
                    .as(killed.output() + "\n" + repaired.output())
                    .isZero();
            awaitGone();
        }
        System.out.printf("%d kill points: after each, repair took the gateway back%n", points.size());
    }

    /** Starts a session that dies at a step, or ends it. */
    private Running.Result diesAt(String point) throws Exception {
        try (Running session = world.kubetun(
                KillPoints.at(point),
                "proxy-out",
                "--foreground",
                "--listen-socks",
                "127.0.0.1:1095",
                "--gateway",
                "auto")) {
            return KillPoints.end(session, READY);
        }
    }

    private void awaitGone() throws Exception {
        for (String kind : List.of("Deployment", "ServiceAccount")) {
            Await.until(() -> world.cluster().count(kind, "lab") == 0, READY);
        }
    }

    @Test
    void aPlanShowsItAndMakesNothing() throws Exception {
        assertThat(world.kubetun("plan", "proxy-out", "--gateway", "auto")
                        .await(READY)
                        .output())
                .contains("deploy the gateway lab/kubetun-gateway", "kubetun.io/gateway:0.1.0");
        assertThat(world.cluster().count("Deployment", "lab")).isZero();
    }
}
