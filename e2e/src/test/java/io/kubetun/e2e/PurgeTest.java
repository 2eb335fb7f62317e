package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code forward --purge} of a hosts file that is the user's own: no root, no cluster. */
class PurgeTest {
    @TempDir
    Path scratch;

    @Test
    void whatADeadKubetunLeftIsTakenOutForGood() throws Exception {
        try (World world = World.open(scratch)) {
            Path hosts = world.home().resolve("own/hosts");
            String script =
                    "mkdir \"$0\" && printf '%s\\n' '127.0.0.1 localhost' '# >>> kubetun dead: do not edit inside'"
                            + " '127.1.27.1 echo #kubetun:dead' '# <<< kubetun dead' >\"$0/hosts\"";
            world.sure("sh", "-c", script, hosts.getParent().toString());

            Result purged = purge(world, hosts);
            assertThat(purged.status()).as(purged.output()).isZero();
            assertThat(purged.output()).contains("Taken out of " + hosts + ": the blocks of dead.");
            assertThat(hosts).hasContent("127.0.0.1 localhost\n");
            try (var journals = Files.list(world.home().resolve(".local/state/kubetun/journal"))) {
                assertThat(journals).isEmpty();
            }

            assertThat(purge(world, hosts).output()).contains("No kubetun has a block in " + hosts);
            assertThat(hosts).hasContent("127.0.0.1 localhost\n");
        }
    }

    private static Result purge(World world, Path hosts) throws Exception {
        return world.kubetun("forward", "--purge", "--hosts-path", hosts.toString())
                .await(World.PATIENCE);
    }
}
