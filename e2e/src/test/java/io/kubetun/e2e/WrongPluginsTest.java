package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Plugin jars of every wrong kind, all dropped in at once: each is named with its reason, and the rest works. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongPluginsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String SOCKS = "127.0.0.1:11098";

    private World world;
    private Path work;

    @BeforeAll
    void drop(@TempDir Path scratch) throws Exception {
        world = World.open(scratch);
        work = Files.createDirectories(scratch.resolve("jars"));
        String sound = "";
        String broken = "if (true) throw new IllegalStateException(\"broken on purpose\");";
        jar("nomodule", "1.0", false, sound, sound);
        jar("outdated", "0.9", true, sound, sound);
        jar("throwing", "1.0", true, broken, sound);
        jar("latethrow", "1.0", true, sound, broken);
        Files.writeString(folder().resolve("torn.jar"), "this is no jar");
    }

    @AfterAll
    void stop() {
        world.close();
    }

    private Path folder() throws IOException {
        return Files.createDirectories(world.home().resolve(".local/share/kubetun/plugins"));
    }

    private void jar(String name, String spi, boolean module, String constructor, String start) throws IOException {
        Path source = Files.createDirectories(work.resolve(name));
        Path classes = work.resolve(name + "-classes");
        List<String> compile = new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "--module-path"));
        compile.add(world.installation().resolve("lib").toString());
        compile.add(Files.writeString(source.resolve("ThePlugin.java"), plugin(name, constructor, start))
                .toString());
        if (!module) {
            compile.addAll(List.of("--add-modules", "ALL-MODULE-PATH"));
        } else {
            compile.add(Files.writeString(source.resolve("module-info.java"), module(name))
                    .toString());
        }
        tool("javac", compile);
        Path manifest = Files.writeString(source.resolve("MANIFEST.MF"), "Kubetun-Spi-Version: " + spi + "\n");
        tool(
                "jar",
                List.of(
                        "--create",
                        "--file",
                        folder().resolve(name + ".jar").toString(),
                        "--manifest",
                        manifest.toString(),
                        "-C",
                        classes.toString(),
                        "."));
    }

    private static String plugin(String name, String constructor, String start) {
        return """
                    package %1$s;
                    import com.typesafe.config.Config;
                    import io.kubetun.spi.*;
                    import java.util.*;
                    public final class ThePlugin implements Plugin {
                        public ThePlugin() { %2$s }
                        public String name() { return "%1$s"; }
                        public List<ModeFactory> modes() {
                            return List.of(new ModeFactory() {
                                public ModeDescriptor descriptor() {
                                    return new ModeDescriptor("%1$s", "%1$s", "A mode.", List.of(), Set.of());
                                }
                                public Mode create(SessionContext context, Config options) {
                                    return new Mode() {
                                        public void start() { %3$s }
                                        public void stop() {}
                                        public List<Listening> listening() { return List.of(); }
                                    };
                                }
                            });
                        }
                    }
                    """.formatted(name, constructor, start);
    }

    private static String module(String name) {
        return "module %1$s { requires io.kubetun.spi; provides io.kubetun.spi.Plugin with %1$s.ThePlugin; }"
                .formatted(name);
    }

    private static void tool(String tool, List<String> arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int status = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, arguments.toArray(String[]::new));
        assertThat(status).as("%s %s: %s", tool, arguments, out).isZero();
    }

    private Result kubetun(String... arguments) throws Exception {
        Result result = world.kubetun(Map.of(), arguments).await(PATIENCE);
        assertThat(result.output()).doesNotContain("\tat ");
        return result;
    }

    private String line(String output, String name) {
        return output.lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line of " + name + " in:\n" + output));
    }

    @Test
    void eachIsListedWithItsReason() throws Exception {
        Result result = kubetun("plugins");
        assertThat(result.status()).isZero();
        assertThat(line(result.output(), "nomodule")).contains("disabled").contains("module");
        assertThat(line(result.output(), "outdated"))
                .contains("disabled")
                .contains("interface 0.9")
                .contains("a newer plugin is needed");
        assertThat(line(result.output(), "throwing"))
                .contains("disabled")
                .contains("its constructor threw")
                .contains("broken on purpose");
        assertThat(line(result.output(), "torn")).contains("disabled").contains("cannot be read as a jar");
        assertThat(line(result.output(), "latethrow")).contains("enabled");
        assertThat(line(result.output(), "socks")).contains("enabled");
        assertThat(line(result.output(), "hosts-fwd")).contains("enabled");
    }

    @Test
    void theOthersStart() throws Exception {
        try (Running proxy = world.kubetun("proxy-out", "--listen-socks", SOCKS)) {
            proxy.awaitLine("Ready", PATIENCE);
            assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
        }
    }

    @Test
    void aCommandOfADisabledPluginIsUnknown() throws Exception {
        Result result = kubetun("throwing");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("throwing");
    }

    @Test
    void aProfileThatWantsADisabledPluginSaysWhichAndStartsNothing() throws Exception {
        Path profile = world.home().resolve(".config/kubetun/profiles/wants.conf");
        Files.createDirectories(profile.getParent());
        Files.writeString(profile, "kubetun.modes { throwing {}, socks { listen = \"" + SOCKS + "\" } }\n");
        Result result = kubetun("--profile", "wants");
        assertThat(result.status()).isEqualTo(70);
        assertThat(result.output()).contains("throwing");
    }

    @Test
    void aModeThatThrowsAtItsStartEndsTheSession() throws Exception {
        Result result = kubetun("latethrow");
        assertThat(result.status()).isEqualTo(71);
        assertThat(result.output()).contains("latethrow").contains("broken on purpose");
    }
}
