package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code plan} says of each example profile is what the session then does, by its journal and its status. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Path EXAMPLES = Path.of("..", "examples", "profiles");
    private static final int MAGIC = 0x4B544A31;

    private World world;
    private Path hosts;

    static List<String> profiles() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".conf"))
                    .sorted()
                    .toList();
        }
    }

    @BeforeAll
    void start(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        hosts = world.home().resolve("hosts");
        if (!world.real()) {
            world.give(Files.writeString(hosts, "127.0.0.1 localhost\n"));
        }
        for (String profile : profiles()) {
            Files.copy(EXAMPLES.resolve(profile), world.home().resolve(profile));
        }
    }

    @AfterAll
    void stop() {
        world.close();
    }

    /** On the lab by sudo, so that a helper makes the changes; embedded, the user's own hosts file is changed. */
    private Running kubetun(String... arguments) throws Exception {
        if (world instanceof LabWorld lab) {
            return lab.sudo(Map.of(), arguments);
        }
        return world.kubetun(Map.of("KUBETUN_MODES_HOSTS_FWD_HOSTS_PATH", hosts.toString()), arguments);
    }

    private Result ended(Running running) throws Exception {
        Result result = running.await(READY);
        assertThat(result.status()).as(result.output()).isZero();
        return result;
    }

    private Config json(String... arguments) throws Exception {
        String output = ended(kubetun(arguments)).output();
        return ConfigFactory.parseString(output.substring(output.indexOf("\n{") + 1));
    }

    private Config plan(String profile) throws Exception {
        return json("plan", "--profile", world.home().resolve(profile).toString(), "-o", "json")
                .getConfigList("plans")
                .getFirst();
    }

    private String everything() throws Exception {
        return world.real() ? ((LabWorld) world).onLaptop("sha256sum", "/etc/hosts") : Files.readString(hosts);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void isWhatIsThenDone(String profile) throws Exception {
        String before = everything();
        Config plan = plan(profile);
        assertThat(everything()).isEqualTo(before);
        assertThat(journals()).as("no journal is written by a plan").isEmpty();
        try (Running session =
                kubetun("--profile", world.home().resolve(profile).toString(), "--foreground")) {
            session.awaitLine("Ready", READY);
            Config status = ConfigFactory.parseString(status())
                    .getConfigList("sessions")
                    .getFirst();
            String id = status.getString("id");
            Map<String, String> planned = new TreeMap<>();
            for (Config change : plan.getConfigList("changes")) {
                planned.put(change.getString("kind") + " " + change.getString("key"), text(change));
            }
            assertThat(journalled(id)).isEqualTo(planned);
            assertThat(planned.isEmpty()).isEqualTo(profile.startsWith("socks"));
            assertThat(listeners(plan.getConfigList("listeners")))
                    .isNotEmpty()
                    .isEqualTo(listeners(status.getConfigList("modes").stream()
                            .flatMap(mode -> mode.getConfigList("listening").stream())
                            .toList()));
        } finally {
            ended(world.kubetun("disconnect", "--all"));
        }
        Await.until(() -> journals().isEmpty(), Duration.ofSeconds(10));
        assertThat(everything()).isEqualTo(before);
    }

    private String status() throws Exception {
        return ended(world.kubetun("status", "-o", "json")).output();
    }

    @Test
    void aStartingCommandOnlySaysItWhenAsked() throws Exception {
        String before = everything();
        Config plan = json("forward", "--dry-run", "-o", "json")
                .getConfigList("plans")
                .getFirst();
        Config same =
                json("plan", "forward", "-o", "json").getConfigList("plans").getFirst();
        assertThat(plan).isEqualTo(same);
        assertThat(plan.getConfigList("changes")).isNotEmpty();
        String table = ended(kubetun("plan", "forward")).output();
        assertThat(table)
                .contains("Nothing was changed")
                .contains("hosts-block")
                .contains("+ 127.1.27.");
        Result yaml = ended(kubetun("proxy-out", "--dry-run", "-o", "yaml"));
        assertThat(yaml.output()).contains("plans:").contains("127.0.0.1:1080");
        assertThat(kubetun("forward", "--dry-run", "--purge").await(READY).status())
                .isEqualTo(1);
        assertThat(everything()).isEqualTo(before);
        assertThat(journals()).isEmpty();
    }

    private static List<String> listeners(List<? extends Config> listeners) {
        return listeners.stream()
                .map(each ->
                        each.getString("address") + " " + each.getString("serves") + " " + each.getStringList("names"))
                .sorted()
                .toList();
    }

    private List<Path> journals() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder :
                List.of(world.home().resolve(".local/state/kubetun/journal"), Path.of("/var/lib/kubetun/journal"))) {
            if (Files.isDirectory(folder) && (world.real() || folder.startsWith(world.home()))) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.filter(file -> file.toString().endsWith(".journal")).forEach(found::add);
                }
            }
        }
        return found;
    }

    /** The last record of each change that is made now, by kind and key, with the session's id taken out. */
    private Map<String, String> journalled(String id) throws IOException {
        Map<String, Config> last = new LinkedHashMap<>();
        for (Path journal : journals()) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(journal));
            while (bytes.hasRemaining()) {
                assertThat(bytes.getInt()).isEqualTo(MAGIC);
                byte[] json = new byte[bytes.getInt()];
                bytes.getInt();
                bytes.get(json);
                Config record = ConfigFactory.parseString(new String(json, StandardCharsets.UTF_8).replace(id, "xxxx"));
                last.put(record.getString("kind") + " " + record.getString("key"), record);
            }
        }
        Map<String, String> made = new TreeMap<>();
        last.forEach((change, record) -> {
            if (record.getString("op").equals("applied")) {
                made.put(change, text(record));
            }
        });
        return made;
    }

    private static String text(Config change) {
        ConfigObject data = change.getObject("data");
        return change.getString("preview") + "\n" + new TreeMap<>(data.unwrapped());
    }
}
