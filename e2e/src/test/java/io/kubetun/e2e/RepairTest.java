package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun repair} of what a session left that was killed: in a hosts file of the user's own, without root. */
class RepairTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String ORIGINAL = "127.0.0.1 localhost\n";

    @TempDir
    Path scratch;

    private World world;
    private Path hosts;
    private Path state;

    @BeforeEach
    void start() throws Exception {
        world = World.open(scratch);
        hosts = world.home().resolve("own/hosts");
        state = world.home().resolve(".local/state");
        Files.createDirectories(hosts.getParent());
        Files.writeString(hosts, ORIGINAL);
        world.give(world.home());
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private Running forward(Map<String, String> environment) throws IOException {
        return world.kubetun(
                environment,
                "forward",
                "--foreground",
                "--hosts-path",
                hosts.toString(),
                "--mapping",
                "80:18080,7:18007,9:18009");
    }

    /** A session that was ready, and then had no chance to end; gives its journal. */
    private Path killed() throws Exception {
        try (Running session = forward(Map.of())) {
            session.awaitLine("Ready.", READY);
            assertThat(hosts).content().contains("# >>> kubetun ");
            session.kill();
        }
        try (Stream<Path> files = Files.list(state.resolve("kubetun/journal"))) {
            return files.filter(file -> file.toString().endsWith(".journal"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Result repair(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("repair"));
        all.addAll(List.of(arguments));
        Result result = world.kubetun(all.toArray(String[]::new)).await(World.PATIENCE);
        assertThat(result.output()).doesNotContain("\tat ");
        return result;
    }

    private static Config json(Result result) {
        return ConfigFactory.parseString(result.output());
    }

    @Test
    void whatSomebodyChangedSinceIsKeptAndTold() throws Exception {
        killed();
        String edited = Files.readString(hosts)
                .replaceFirst("(?m)^127\\.\\S+ (.*\\becho\\b.*)$", "10.0.0.5 $1")
                .replaceFirst("(?m)^# <<<", "10.0.0.6 inside.example\n# <<<");
        Files.writeString(hosts, edited + "10.0.0.7 outside.example\n");
        world.give(hosts);

        Config planned = json(repair("--dry-run", "-o", "json"));
        assertThat(planned.getConfigList("undone")).hasSize(1);
        assertThat(hosts).content().isEqualTo(edited + "10.0.0.7 outside.example\n");

        Result repaired = repair();
        assertThat(repaired.status()).as(repaired.output()).isZero();
        assertThat(repaired.output())
                .contains("TAKEN BACK")
                .contains("hosts-block")
                .contains("Kept, as somebody changed it: the line \"10.0.0.5 ")
                .contains("the line \"10.0.0.6 inside.example\"");
        assertThat(hosts)
                .content()
                .startsWith(ORIGINAL)
                .contains("\n10.0.0.5 ")
                .contains("\n10.0.0.6 inside.example\n")
                .endsWith("\n10.0.0.7 outside.example\n")
                .doesNotContain("kubetun")
                .doesNotContain("127.1.");
        Result again = repair();
        assertThat(again.status()).isZero();
        assertThat(again.output()).contains("Nothing to repair");
        assertThat(json(repair("-o", "json")).getConfigList("undone")).isEmpty();
        assertThat(repair("-o", "yaml").output()).contains("undone: []");
    }

    @Test
    void ofADamagedJournalTheWholeRecordsAreUsedAndTheRestIsReported() throws Exception {
        Path journal = killed();
        byte[] bytes = Files.readAllBytes(journal);
        bytes[20] ^= 4;
        Files.write(journal, bytes);
        world.give(journal);

        Result repaired = repair();
        assertThat(repaired.status()).as(repaired.output()).isEqualTo(25);
        assertThat(repaired.output())
                .contains("TAKEN BACK")
                .contains("is damaged in one place")
                .contains("strings ");
        assertThat(hosts).content().isEqualTo(ORIGINAL);
        assertThat(repair().output()).contains("Nothing to repair");
    }

    @Test
    void aJournalThatWasCutOffIsEnough() throws Exception {
        Path journal = killed();
        byte[] bytes = Files.readAllBytes(journal);
        Files.write(journal, Arrays.copyOf(bytes, bytes.length - 7));
        world.give(journal);

        Result repaired = repair("-o", "json");
        assertThat(repaired.status()).as(repaired.output()).isZero();
        assertThat(json(repaired).getConfigList("undone")).hasSize(1);
        assertThat(hosts).content().isEqualTo(ORIGINAL);
    }

    @Test
    void whatCannotBeUndoneIsToldWithTheNextCommandAndStays() throws Exception {
        killed();
        Files.writeString(hosts, Files.readString(hosts) + "# more\n");
        asRoot("chown", "-R", "0:0", hosts.getParent().toString());
        assumeTrue(world.real() || "root".equals(System.getProperty("user.name")), "needs root to take the file away");

        Result refused = repair();
        assertThat(refused.status()).as(refused.output()).isEqualTo(32);
        assertThat(refused.output()).contains("Not done: cannot undo ").contains("sudo");

        world.give(hosts.getParent());
        Result repaired = repair();
        assertThat(repaired.status()).as(repaired.output()).isZero();
        assertThat(hosts).content().isEqualTo(ORIGINAL + "# more\n");
    }

    @Test
    void whatCannotBeWrittenDownIsNotDone() throws Exception {
        Path journals = Files.createDirectories(state.resolve("kubetun/journal"));
        world.give(state);
        boolean mounted = asRoot("mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "none", journals.toString());
        assumeTrue(mounted, "needs root to mount a file system of 1 MB");
        try {
            asRoot("sh", "-c", "cat /dev/zero >\"$0/fill\"", journals.toString());
            Result refused = forward(Map.of()).await(READY);
            assertThat(refused.status()).as(refused.output()).isEqualTo(62);
            assertThat(refused.output())
                    .contains("did not make the change")
                    .contains("df -h")
                    .doesNotContain("\tat ");
            assertThat(hosts).content().isEqualTo(ORIGINAL);

            assertThat(asRoot("rm", journals.resolve("fill").toString())).isTrue();
            assertThat(repair().output()).contains("Nothing to repair");
        } finally {
            asRoot("umount", journals.toString());
        }
    }

    @Test
    void aStateFolderThatMayNotBeReadIsToldClearly() throws Exception {
        Path folder = Files.createDirectories(state.resolve("kubetun"));
        world.give(state);
        world.sure("chmod", "000", folder.toString());
        try {
            Result looked = repair();
            assertThat(looked.status()).as(looked.output()).isEqualTo(25);
            assertThat(looked.output()).contains("may not be read").contains("ls -ld " + state);
            Result started = forward(Map.of()).await(READY);
            assertThat(started.status()).as(started.output()).isEqualTo(25);
            assertThat(started.output()).contains("ls -ld").doesNotContain("\tat ");
            Result detached = world.kubetun("proxy-out", "--listen-socks", "127.0.0.1:0", "--detach")
                    .await(READY);
            assertThat(detached.status()).as(detached.output()).isEqualTo(25);
            assertThat(hosts).content().isEqualTo(ORIGINAL);
        } finally {
            world.sure("chmod", "700", folder.toString());
        }
    }

    /** Says whether it worked: where the tests do not run as root, it does not. */
    private boolean asRoot(String... command) throws Exception {
        ProcessBuilder builder = world instanceof LabWorld lab ? lab.asRoot(command) : new ProcessBuilder(command);
        return new Running(builder).await(World.PATIENCE).status() == 0;
    }
}
