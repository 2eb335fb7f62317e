package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.testkit.Injection;
import io.kubetun.testkit.fault.Fault;
import io.kubetun.testkit.fault.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A laptop that sleeps, and one whose network goes and comes back: ready again soon, at the same addresses. */
class SleepTest {
    private static final String SOCKS = "127.0.0.1:11083";
    private static final Duration SOON = Duration.ofSeconds(3);

    @TempDir
    Path scratch;

    private World world;
    private Running session;
    private Socks socks;
    private String listeners;

    @BeforeEach
    void start() throws Exception {
        world = World.open(scratch);
        Path profile = world.home().resolve("both.conf");
        Path hosts = world.home().resolve("hosts");
        Files.writeString(hosts, "127.0.0.1 localhost\n");
        Files.writeString(profile, """
                kubetun.modes {
                  socks.listen = "%s"
                  hosts-fwd { hosts-path = "%s", field-selector = "metadata.name=peer" }
                }
                """.formatted(SOCKS, hosts));
        // A hosts file is written beside itself first.
        world.give(world.home());
        session = world.kubetun(Map.of("LOG_LEVEL", "DEBUG"), "--profile", profile.toString());
        session.awaitLine("Ready", Duration.ofSeconds(30));
        socks = new Socks(world, SOCKS);
        assertThat(socks.curl("http://echo.lab/")).contains("\"app\":\"echo\"");
        assertThat(state()).isEqualTo("READY");
        listeners = listeners();
    }

    @AfterEach
    void stop() {
        session.close();
        world.close();
    }

    @Test
    void aStoppedProcessGoesOn() throws Exception {
        Duration stopped = Duration.ofSeconds(world.real() ? 60 : 8);
        signal("STOP");
        pass(stopped);
        signal("CONT");
        readyAgain("SIGSTOP for " + stopped.toSeconds() + " s");
    }

    /** While it slept, something on the way has forgotten its connections: they swallow what they are given. */
    @Test
    void connectionsThatDiedInTheSleepAreReplaced() throws Exception {
        assumeTrue(
                world instanceof EmbeddedWorld,
                "the embedded cluster's links can be cut without a word; a real one's not");
        String held = """
                import socket, sys
                s = socket.create_connection(('127.0.0.1', 11083), 5)
                s.sendall(b'\\x05\\x01\\x00'); s.recv(2)
                s.sendall(b'\\x05\\x01\\x00\\x03\\x08echo.lab\\x00\\x07'); s.recv(10)
                s.sendall(b'x'); s.recv(1); print('open', flush=True)
                s.settimeout(60)
                try: s.sendall(b'y'); print('end', s.recv(1))
                except OSError as e: print('end', e)
                """;
        Path script = world.home().resolve("held.py");
        Files.writeString(script, held);
        try (Running flow = new Running(world.asUser(List.of("python3", script.toString()), Map.of()))) {
            flow.awaitLine("open", Duration.ofSeconds(10));
            signal("STOP");
            Injection dropped = ((EmbeddedWorld) world).cluster().inject(new Fault.Drop(Scope.api()));
            pass(Duration.ofSeconds(4));
            signal("CONT");
            pass(Duration.ofSeconds(1));
            signal("STOP");
            dropped.close();
            pass(Duration.ofSeconds(6));
            signal("CONT");
            flow.awaitLine("end", SOON);
            readyAgain("dead connections after a stop");
        }
    }

    @Test
    void theNetworkGoesAndComesBack() throws Exception {
        assumeTrue(world.real(), "needs root and the lab cluster: set KUBETUN_LAB to its script");
        LabWorld lab = (LabWorld) world;
        String routes = lab.onLaptop("ip", "route", "show", "dev", "eth0");
        lab.onLaptop("ip", "link", "set", "eth0", "down");
        try {
            Await.until(() -> state().equals("RECONNECTING"), Duration.ofSeconds(10));
            pass(Duration.ofSeconds(30));
        } finally {
            lab.onLaptop("ip", "link", "set", "eth0", "up");
            for (String route : routes.lines().toList()) {
                lab.onLaptop("sh", "-c", "ip route replace " + route.replace(" linkdown", "") + " dev eth0");
            }
        }
        readyAgain("veth down for 30 s");
        assertThat(lab.onLaptop("ip", "route", "show", "dev", "eth0")).isEqualTo(routes);
    }

    private void readyAgain(String after) throws Exception {
        long start = System.nanoTime();
        Await.until(() -> socks.tryCurl("--max-time", "1", "http://echo.lab/").status() == 0, Duration.ofSeconds(60));
        double flow = (System.nanoTime() - start) / 1e9;
        Await.until(() -> state().equals("READY"), Duration.ofSeconds(60));
        double ready = (System.nanoTime() - start) / 1e9;
        System.out.printf("%s: first flow after %.2f s, ready after %.2f s%n", after, flow, ready);
        assertThat(ready).as(session.output()).isLessThan(SOON.toMillis() / 1e3);
        assertThat(listeners()).isEqualTo(listeners);
    }

    private void signal(String name) throws Exception {
        String pid = pid();
        assertThat(new Running(new ProcessBuilder("kill", "-" + name, pid))
                        .await(Duration.ofSeconds(5))
                        .status())
                .isZero();
    }

    /** The process that has the listener: the launcher may stand before it. */
    private String pid() throws Exception {
        String sockets = world.real()
                ? ((LabWorld) world).onLaptop("ss", "-Hltnp", "sport = :11083")
                : world.sure("ss", "-Hltnp", "sport = :11083");
        return sockets.replaceAll("(?s).*pid=(\\d+).*", "$1");
    }

    /** Lets time pass: it is what is tested, there is nothing to wait for. */
    private static void pass(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        Await.until(() -> System.nanoTime() > end, time.plusSeconds(5));
    }

    private String state() throws Exception {
        return status().replaceAll("(?s).*\"state\":\"(\\w+)\".*", "$1");
    }

    private String listeners() throws Exception {
        return status().replaceAll("(?s).*?(\"listening\":.*)", "$1").replaceAll("(?s)\"since\".*", "");
    }

    /** Asked on the control socket itself: the start of a command would be measured too. */
    private String status() throws Exception {
        String script = """
                import glob, json, socket, sys
                for path in glob.glob(sys.argv[1] + '/kubetun/*.sock'):
                    s = socket.socket(socket.AF_UNIX); s.settimeout(5)
                    try:
                        s.connect(path); s.sendall(b'{"version":2,"command":"status"}\\n')
                        line = s.makefile().readline()
                    except OSError: continue
                    for session in json.loads(line).get('sessions', []):
                        modes = sorted(session['modes'], key=lambda mode: mode['name'])
                        listening = [(m['name'], sorted(json.dumps(l, sort_keys=True) for l in m['listening'])) for m in modes]
                        print(json.dumps({'state': session['state']}, separators=(',', ':')))
                        print(json.dumps({'listening': listening}, separators=(',', ':')))
                """;
        return world.python(script, world.runtimeFolder().toString());
    }
}
