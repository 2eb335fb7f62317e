package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubetun doctor} says what is wrong and what to do about it, and changes nothing. */
class DoctorTest {
    @TempDir
    Path scratch;

    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open(scratch);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void nothingIsWrongUnderTheLeastRole() throws Exception {
        Result result = doctor();
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("may create pods/portforward", "may list endpointslices", "in namespace lab")
                .containsPattern("ok +api server")
                .containsPattern("ok +clock")
                .containsPattern("ok +server version +v1\\.")
                .containsPattern("ok +leftovers +none")
                .doesNotContain("fail ");
    }

    @Test
    void theJsonIsOneDocument() throws Exception {
        Result result = doctor("-o", "json");
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output().strip()).startsWith("{").endsWith("}").contains("\"worst\"", "\"findings\"");
    }

    @Test
    void aMissingPermissionIsNamedWithTheWayToCheckIt() throws Exception {
        Result result = doctor("-n", "kube-system");
        assertThat(result.status()).as(result.output()).isEqualTo(30);
        assertThat(result.output())
                .containsPattern("fail +may get services")
                .containsPattern("warn +may watch pods")
                .contains("kubectl auth can-i create pods --subresource=portforward -n kube-system");
    }

    @Test
    void withoutAClusterTheMachineIsLookedAtAllTheSame() throws Exception {
        Result result = doctor("--kubeconfig", world.home().resolve("nowhere").toString());
        assertThat(result.status()).as(result.output()).isBetween(20, 29);
        assertThat(result.output()).containsPattern("fail +kubeconfig").containsPattern("ok +hosts file");
        Result away = doctor("--server", "https://127.0.0.1:1");
        assertThat(away.status()).as(away.output()).isEqualTo(40);
        assertThat(away.output()).containsPattern("fail +api server").containsPattern("ok +sessions");
    }

    @Test
    void whatADeadSessionLeftIsFound() throws Exception {
        Path hosts = Files.writeString(world.home().resolve("hosts"), "127.0.0.1 localhost\n");
        world.give(hosts);
        String[] forward = {
            "forward", "--foreground", "--hosts-path", hosts.toString(), "--field-selector", "metadata.name=peer"
        };
        try (Running session = world.kubetun(forward)) {
            session.awaitLine("Ready", Duration.ofSeconds(30));
            session.kill();
        }
        assumeTrue(Files.readString(hosts).contains("peer"), "the launcher stood between: nothing was left");
        assertThat(doctor().output()).containsPattern("warn +leftovers").contains("kubetun repair");
        assertThat(Files.readString(hosts)).as("doctor changes nothing").contains("peer");
    }

    private Result doctor(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "doctor";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return world.kubetun(command).await(World.PATIENCE);
    }
}
