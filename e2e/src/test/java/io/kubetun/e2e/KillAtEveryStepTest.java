package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A session of every mode is ended by SIGKILL at each step of making its changes and of taking them back: in the kernel
 * and in the helper. After {@code repair}, machine and cluster are as they were.
 */
class KillAtEveryStepTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Path ROOTS_JOURNAL = Path.of("/var/lib/kubetun/journal");

    /** Every mode there is: a new one belongs here. */
    private static final String MODES = """
            socks { listen = "127.0.0.1:11098", listen-http-connect = "127.0.0.1:11097", pac = true }
            hosts-fwd { %s }
            %s
            """;

    /** What of them needs root. */
    private static final String WITH_ROOT = "tun {}, dns { system = true }";

    private static final String WITHOUT_ROOT = "dns { listen = \"127.0.0.1:11099\" }";

    /** It changes the cluster alone, and waits for pods at each start: InterceptTest kills it. */
    private static final String KILLED_ELSEWHERE = "intercept";

    @TempDir
    Path scratch;

    private World world;
    private Path profile;
    private Path hosts;

    @BeforeEach
    void start() throws Exception {
        world = World.open(scratch);
        if (world instanceof LabWorld lab) {
            lab.settled();
        }
        hosts = world.home().resolve("own/hosts");
        String options = "";
        if (!world.real()) {
            world.sure(
                    "sh",
                    "-c",
                    "mkdir \"$0\" && echo '127.0.0.1 localhost' >\"$0/hosts\"",
                    hosts.getParent().toString());
            options = "hosts-path = \"" + hosts + "\", mapping = [\"80:18080\", \"7:18007\", \"9:18009\"]";
        }
        profile = scratch.resolve("every-mode.conf");
        Files.writeString(
                profile,
                "kubetun { modes {\n" + MODES.formatted(options, world.real() ? WITH_ROOT : WITHOUT_ROOT) + "} }\n");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void whateverStepItDiesAtRepairPutsBackWhatWasThere() throws Exception {
        for (String line : world.sure(kubetun(), "plugins")
                .lines()
                .skip(1)
                .filter(line -> !line.isBlank())
                .toList()) {
            assertThat(MODES + WITH_ROOT + KILLED_ELSEWHERE)
                    .as("a mode that this test does not start")
                    .contains(line.split("\\s+", -1)[0]);
        }
        String before = snapshot();
        String cluster = cluster();
        List<String> points = points();
        long start = System.nanoTime();
        for (String point : points) {
            String at = KillPoints.name(point);
            Result killed = run(at);
            if (at.startsWith("kernel")) {
                assertThat(killed.status()).as(point + "\n" + killed.output()).isEqualTo(KillPoints.KILLED);
            }
            // Where there is a helper, it takes everything back when only the kernel dies.
            if (!world.real() || at.startsWith("helper")) {
                assertThat(leftovers()).as("died at %s", point).isNotEmpty();
            }
            Result repaired = ended("repair");
            assertThat(repaired.status()).as(point + "\n" + repaired.output()).isZero();
            assertThat(difference(before, snapshot()))
                    .as("%s\n%s\n%s", point, killed.output(), repaired.output())
                    .isEmpty();
            assertThat(leftovers())
                    .as("repaired after %s:\n%s", point, repaired.output())
                    .isEmpty();
        }
        assertThat(difference(cluster, cluster())).isEmpty();
        System.out.printf(
                "%d kill points (%d in the helper): after each, repair put back what was there; %d ms each%n",
                points.size(),
                points.stream().filter(point -> point.contains("helper:")).count(),
                (System.nanoTime() - start) / 1_000_000 / points.size());
        assertThat(ended("repair").output()).contains("Nothing to repair");
    }

    /** The lines that one of them has and the other has not. */
    private static List<String> difference(String before, String after) {
        List<String> was = before.lines().toList();
        List<String> is = after.lines().toList();
        List<String> found = new ArrayList<>();
        was.stream().filter(line -> !is.contains(line)).map(line -> "- " + line).forEach(found::add);
        is.stream().filter(line -> !was.contains(line)).map(line -> "+ " + line).forEach(found::add);
        if (found.isEmpty() && !before.equals(after)) {
            found.add("the same lines in another order or number: " + after);
        }
        return found;
    }

    /** Runs to the end without being killed, and gives the steps. */
    private List<String> points() throws Exception {
        Result counted = run(KillPoints.COUNT);
        assertThat(leftovers()).as(counted.output()).isEmpty();
        List<String> points = KillPoints.printed(counted);
        assertThat(points).as(counted.output()).hasSizeGreaterThan(7);
        return points;
    }

    /** Starts a session that dies at a step, and ends what of it has not died. */
    private Result run(String at) throws Exception {
        try (Running session = kubetun(KillPoints.at(at), "--profile", profile.toString(), "--foreground")) {
            return KillPoints.end(session, READY);
        }
    }

    private Result ended(String command) throws Exception {
        return kubetun(Map.of(), command).await(READY);
    }

    private String kubetun() {
        return world.installation().resolve("bin/kubetun").toString();
    }

    /** On the lab by sudo, so that a helper makes the changes. */
    private Running kubetun(Map<String, String> environment, String... arguments) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        if (world instanceof LabWorld lab) {
            return lab.sudo(all, arguments);
        }
        return world.kubetun(all, arguments);
    }

    private String snapshot() throws Exception {
        if (!(world instanceof LabWorld lab)) {
            return Files.getPosixFilePermissions(hosts)
                    + Files.readString(hosts)
                    + Files.readString(Path.of("/etc/hosts"))
                    + Files.readString(Path.of("/etc/resolv.conf"));
        }
        return lab.onLaptop("sh", "-c", """
                cat /etc/hosts /etc/resolv.conf; stat -c '%n %a %u %g' /etc/hosts /etc/resolv.conf
                ip -o addr | sed 's/valid_lft.*//'; ip route show table all; ip -6 route show table all; ip rule
                ! command -v nft >/dev/null || nft -s list ruleset
                """);
    }

    /** No mode of these changes it: it is looked at once, after all. */
    private String cluster() throws Exception {
        return world instanceof LabWorld lab
                ? lab.kubectl(
                        "get",
                        "deployments,statefulsets,daemonsets,services,pods",
                        "-A",
                        "-o",
                        "jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.spec}{\"\\n\"}{end}")
                : "";
    }

    /** Files of journals: the user's and, where there is a helper, root's. */
    private List<Path> leftovers() throws IOException {
        List<Path> folders = world.real()
                ? List.of(world.home().resolve(".local/state/kubetun/journal"), ROOTS_JOURNAL)
                : List.of(world.home().resolve(".local/state/kubetun/journal"));
        Stream<Path> found = Stream.empty();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    found = Stream.concat(found, files.toList().stream());
                }
            }
        }
        return found.toList();
    }
}
