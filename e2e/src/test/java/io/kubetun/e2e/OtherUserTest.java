package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import io.kubetun.e2e.Running.Result;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another user of the same machine can neither ask a kernel or a helper, nor read what they have written. */
class OtherUserTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String OTHER = "1001";

    @TempDir
    Path scratch;

    @Test
    void findsNothingOfTheSession() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to be another user");
        try (World world = World.open(scratch)) {
            Result started = world.kubetun("proxy-out", "--listen-socks", "127.0.0.1:0", "--detach")
                    .await(READY);
            assertThat(started.status()).as(started.output()).isZero();
            String id = ConfigFactory.parseString(world.sure(kubetun(world), "status", "-o", "json"))
                    .getConfigList("sessions")
                    .getFirst()
                    .getString("id");
            Path sockets = world.runtimeFolder().resolve("kubetun");
            // As where the runtime folder is a folder that all share, such as /tmp.
            asRoot(world, "chmod", "a+rx", world.runtimeFolder().toString());
            String socket = sockets.resolve("kernel.sock").toString();

            assertThat(mode(world, sockets)).isEqualTo("700");
            assertThat(mode(world, Path.of(socket))).isEqualTo("600");
            assertThat(asOther(world, "ls", sockets.toString()).status()).isNotZero();
            assertThat(asOther(world, "cat", socket).status()).isNotZero();
            Path state = world.home().resolve(".local/state/kubetun");
            assertThat(asOther(world, "find", state.toString(), "-type", "f").status())
                    .isNotZero();
            assertThat(asOther(world, "cat", state.resolve("log/kernel.log").toString())
                            .status())
                    .isNotZero();
            assertThat(asOther(world, kubetun(world), "logs").output()).doesNotContain(id);
            assertThat(asOther(world, kubetun(world), "status").output()).doesNotContain(id);
            assertThat(asOther(world, kubetun(world), "disconnect", "--all").output())
                    .doesNotContain("has ended");

            // Were the permissions wider, the kernel would still look at who asks.
            asRoot(world, "chmod", "777", sockets.toString(), socket);
            assertThat(asOther(world, kubetun(world), "status").output()).doesNotContain(id);
            assertThat(asOther(world, kubetun(world), "quit").output()).doesNotContain("All sessions have ended");
            asRoot(world, "chmod", "700", sockets.toString());
            assertThat(world.sure(kubetun(world), "status", "-o", "json")).contains(id);
        }
    }

    @Test
    void doesNotReachTheHelper() throws Exception {
        World opened = World.open(scratch);
        try (opened) {
            assumeTrue(opened.real(), "needs the lab's root for a helper: set KUBETUN_LAB to its script");
            LabWorld lab = (LabWorld) opened;
            try (Running session = lab.sudo(Map.of(), "forward", "-n", "lab", "--foreground")) {
                session.awaitLine("Ready", READY);
                String socket = lab.onLaptop(
                                "sh", "-c", "ls -t /run/kubetun/" + LabWorld.USER + "/*/helper.sock | head -n 1")
                        .strip();
                assertThat(mode(lab, Path.of(socket))).isEqualTo("600");
                Result refused = asOther(lab, "curl", "-sS", "--unix-socket", socket, "http://helper/");
                assertThat(refused.status()).as(refused.output()).isEqualTo(7);
                lab.onLaptop("chmod", "666", socket);
                Result turnedAway = asOther(lab, "curl", "-sS", "--unix-socket", socket, "http://helper/");
                assertThat(turnedAway.status()).as(turnedAway.output()).isIn(7, 52, 56);
                assertThat(asOther(lab, "ls", "/var/lib/kubetun/journal").status())
                        .isNotZero();
                session.terminate();
                session.await(READY);
            }
        }
    }

    private static String kubetun(World world) {
        return world.installation().resolve("bin/kubetun").toString();
    }

    private static String mode(World world, Path path) throws Exception {
        return asRoot(world, "stat", "-c", "%a", path.toString()).output().strip();
    }

    private static Result asRoot(World world, String... command) throws Exception {
        ProcessBuilder builder = world instanceof LabWorld lab ? lab.asRoot(command) : new ProcessBuilder(command);
        Result result = new Running(builder).await(World.PATIENCE);
        assertThat(result.status()).as(result.output()).isZero();
        return result;
    }

    /** With the first user's folders in the environment, which is no secret. */
    private static Result asOther(World world, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "setpriv",
                "--reuid",
                OTHER,
                "--regid",
                OTHER,
                "--clear-groups",
                "env",
                "-i",
                "PATH=/usr/local/bin:/usr/bin:/bin",
                "KUBETUN_NO_AOT=1",
                "HOME=" + world.home(),
                "XDG_RUNTIME_DIR=" + world.runtimeFolder()));
        all.addAll(List.of(command));
        ProcessBuilder builder = world instanceof LabWorld lab
                ? lab.asRoot(all.toArray(String[]::new))
                : new ProcessBuilder(all).directory(new File("/"));
        return new Running(builder).await(World.PATIENCE);
    }
}
