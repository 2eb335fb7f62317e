package io.kubetun.kernel.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.kubetun.spi.Mode;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeFactory;
import io.kubetun.spi.SpiVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginRegistryTest {
    private static final Map<String, String> MANIFEST =
            Map.of(SpiVersion.ATTRIBUTE, SpiVersion.CURRENT.toString(), "Implementation-Version", "2.5");

    private static final Map<String, String> INCOMPLETE = Map.of(
            "module-info.java", PluginJars.module("com.example.bad"),
            "ThePlugin.java", """
                    package com.example.bad;
                    public final class ThePlugin extends Base implements io.kubetun.spi.Plugin {
                        public String name() { return "bad"; }
                    }
                    """,
            "Base.java", "package com.example.bad; class Base {}");

    @TempDir
    Path work;

    private Path plugins;
    private PluginJars jars;

    @BeforeEach
    void makeFolder() throws IOException {
        plugins = Files.createDirectory(work.resolve("plugins"));
        jars = new PluginJars(work);
    }

    private PluginInfo only(Path folder) {
        List<PluginInfo> found = PluginRegistry.load(List.of(folder)).plugins();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private void assertDisabled(String name, String reason) {
        PluginInfo plugin = only(plugins);
        assertThat(plugin.state()).as(plugin.toString()).isEqualTo(PluginInfo.State.DISABLED);
        assertThat(plugin.name()).isEqualTo(name);
        assertThat(plugin.reason()).contains(reason).doesNotContain("\n");
        assertThat(plugin.modes()).isEmpty();
    }

    private Path good(String file, String packageName, String name) throws IOException {
        return jars.jar(
                plugins.resolve(file),
                MANIFEST,
                Map.of(
                        "module-info.java", PluginJars.module(packageName),
                        "ThePlugin.java", PluginJars.plugin(packageName, name)));
    }

    private void withBody(String body) throws IOException {
        jars.jar(
                plugins.resolve("bad.jar"),
                MANIFEST,
                Map.of(
                        "module-info.java", PluginJars.module("com.example.bad"),
                        "ThePlugin.java", """
                        package com.example.bad;
                        import io.kubetun.spi.*;
                        import java.util.*;
                        public final class ThePlugin implements Plugin {
                            %s
                        }
                        """.formatted(body)));
    }

    @Test
    void loadsASoundPluginAndCallsItWithItsOwnContextLoader() throws Exception {
        Path jar = good("good.jar", "com.example.good", "good");
        PluginRegistry registry = PluginRegistry.load(List.of(work.resolve("missing"), plugins));
        assertThat(registry.plugins())
                .containsExactly(
                        new PluginInfo("good", "2.5", jar.toString(), PluginInfo.State.ENABLED, "", List.of("good")));
        assertThat(registry.modes()).extracting(ModeDescriptor::name).containsExactly("good");
        assertThat(registry.mode("other")).isEmpty();

        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ModeFactory factory = registry.mode("good").orElseThrow();
        Mode mode = factory.create(null, ConfigFactory.empty());
        mode.start();
        mode.stop();
        assertThat(mode.listening()).as("what throws is told, not passed on").isEmpty();
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void loadsAFolderWithItsLibrariesAndIgnoresSharedOnes() throws Exception {
        Path folder = plugins.resolve("pair");
        jars.compileAgainst(
                jars.jar(
                        folder.resolve("library.jar"),
                        Map.of(),
                        Map.of(
                                "module-info.java", "module com.example.library { exports com.example.library; }",
                                "Names.java",
                                        "package com.example.library; public class Names { public static String it() { return \"pair\"; } }")));
        // Another slf4j, without a class in it: if it were used, nothing would link.
        jars.jar(folder.resolve("slf4j.jar"), Map.of(), Map.of("module-info.java", "module org.slf4j { }"));
        jars.jar(
                folder.resolve("plugin.jar"),
                Map.of(SpiVersion.ATTRIBUTE, "1.0"),
                Map.of(
                        "module-info.java",
                        "module com.example.pair { requires io.kubetun.spi; requires com.example.library;"
                                + " provides io.kubetun.spi.Plugin with com.example.pair.ThePlugin; }",
                        "ThePlugin.java",
                        """
                        package com.example.pair;
                        public final class ThePlugin implements io.kubetun.spi.Plugin {
                            public String name() {
                                org.slf4j.LoggerFactory.getLogger("x").debug("linked");
                                return com.example.library.Names.it();
                            }
                        }
                        """));
        PluginInfo plugin = only(plugins);
        assertThat(plugin.reason()).isEmpty();
        assertThat(plugin.name()).isEqualTo("pair");
        assertThat(plugin.version()).isEqualTo("unknown");
    }

    @Test
    void disablesWhatIsNoModuleAndWhatIsNoJar() throws Exception {
        jars.jar(
                plugins.resolve("plain.jar"),
                MANIFEST,
                Map.of("ThePlugin.java", "package com.example.plain; public class ThePlugin {}"));
        Files.writeString(plugins.resolve("text.jar"), "not a jar");
        Files.writeString(plugins.resolve("notes.txt"), "notes");
        Files.createDirectory(plugins.resolve("empty"));
        Files.writeString(plugins.resolve(".hidden"), "passed over");
        jars.jar(plugins.resolve("other.jar"), MANIFEST, Map.of("module-info.java", "module com.example.other { }"));
        Map<String, String> reasons = new TreeMap<>();
        PluginRegistry.load(List.of(plugins)).plugins().forEach(p -> reasons.put(p.name(), p.reason()));
        assertThat(reasons).containsOnlyKeys("empty", "notes.txt", "other", "plain", "text");
        assertThat(reasons.get("plain")).contains("no module-info");
        assertThat(reasons.get("text")).contains("text.jar cannot be read as a jar");
        assertThat(reasons.get("notes.txt")).contains("neither a jar nor a folder");
        assertThat(reasons.get("empty")).contains("holds no jar");
        assertThat(reasons.get("other")).contains("provides io.kubetun.spi.Plugin");
    }

    @Test
    void readsTheInterfaceVersionBeforeAnyClass() throws Exception {
        for (Map.Entry<String, String> wrong : Map.of(
                        "0.9",
                        "a newer plugin is needed",
                        "1.99",
                        "a newer kubetun is needed",
                        "2.0",
                        "a newer kubetun is needed",
                        "one",
                        "no version of the form")
                .entrySet()) {
            // Its class lacks its superclass: to load it would give another reason.
            jars.jar(
                    plugins.resolve("old.jar"),
                    Map.of(SpiVersion.ATTRIBUTE, wrong.getKey()),
                    INCOMPLETE,
                    "com/example/bad/Base.class");
            assertDisabled("old", wrong.getValue());
        }
        jars.jar(
                plugins.resolve("old.jar"),
                Map.of("Implementation-Version", "1"),
                Map.of(
                        "module-info.java", PluginJars.module("com.example.old"),
                        "ThePlugin.java", PluginJars.plugin("com.example.old", "old")));
        assertDisabled("old", "old.jar has no " + SpiVersion.ATTRIBUTE);
    }

    @Test
    void disablesWhatThrows() throws Exception {
        withBody(
                "public ThePlugin() { throw new IllegalStateException(\"two\\nlines\"); } public String name() { return \"bad\"; }");
        assertDisabled("com.example.bad", "its constructor threw IllegalStateException: two lines");
        withBody("public String name() { throw new NoClassDefFoundError(\"gone\"); }");
        assertDisabled("com.example.bad", "name() threw NoClassDefFoundError: gone");
        withBody("public String name() { return null; }");
        assertDisabled("com.example.bad", "name() gives no name");
        withBody(
                "public String name() { return \"bad\"; } public List<ModeFactory> modes() { throw new StackOverflowError(); }");
        assertDisabled("bad", "modes() threw StackOverflowError");
        withBody("public String name() { return \"bad\"; } public List<ModeFactory> modes() { return null; }");
        assertDisabled("bad", "modes() threw NullPointerException");
        withBody("""
                public String name() { return "bad"; }
                public List<ModeFactory> modes() { return List.of(new ModeFactory() {
                    public ModeDescriptor descriptor() { return new ModeDescriptor("bad", "bad", "", List.of(
                        ModeDescriptor.Option.of("n", ModeDescriptor.Type.NUMBER, "").orElse("x")), Set.of()); }
                    public Mode create(SessionContext context, com.typesafe.config.Config options) { return null; }
                }); }
                """);
        assertDisabled("bad", "the default of option n is not a whole number");
    }

    @Test
    void disablesWhatLacksAClassOrAModule() throws Exception {
        jars.jar(plugins.resolve("bad.jar"), MANIFEST, INCOMPLETE, "com/example/bad/Base.class");
        assertDisabled("bad", "NoClassDefFoundError: com/example/bad/Base");

        Files.delete(plugins.resolve("bad.jar"));
        jars.compileAgainst(jars.jar(
                work.resolve("elsewhere/absent.jar"),
                Map.of(),
                Map.of("module-info.java", "module com.example.absent { }")));
        jars.jar(
                plugins.resolve("lacks.jar"),
                MANIFEST,
                Map.of(
                        "module-info.java",
                        "module com.example.lacks { requires io.kubetun.spi; requires com.example.absent;"
                                + " provides io.kubetun.spi.Plugin with com.example.lacks.ThePlugin; }",
                        "ThePlugin.java",
                        PluginJars.plugin("com.example.lacks", "lacks")));
        assertDisabled("lacks", "com.example.absent");
    }

    @Test
    void keepsTheFirstOfTwoWithOneName() throws Exception {
        Path first = good("a.jar", "com.example.one", "twin");
        good("b.jar", "com.example.two", "twin");
        good("c.jar", "com.example.status", "status");
        Files.writeString(plugins.resolve("d.jar"), "not a jar");
        good("e.jar", "com.example.fine", "fine");
        PluginRegistry registry = PluginRegistry.load(List.of(plugins), Set.of("status"));
        assertThat(registry.plugins())
                .extracting(PluginInfo::name)
                .containsExactly("twin", "twin", "status", "d", "fine");
        assertThat(registry.plugins())
                .extracting(PluginInfo::reason)
                .satisfiesExactly(
                        reason -> assertThat(reason).isEmpty(),
                        reason -> assertThat(reason).contains("already a plugin of this name: " + first),
                        reason -> assertThat(reason).contains("command status is taken"),
                        reason -> assertThat(reason).contains("cannot be read as a jar"),
                        reason -> assertThat(reason).isEmpty());
        assertThat(registry.modes()).extracting(ModeDescriptor::name).containsExactly("twin", "fine");
    }
}
