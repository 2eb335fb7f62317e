package io.kubetun.kernel.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.Plugin;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compiles and packs plugins from sources given as text, with the JDK's own tools. */
final class PluginJars {
    private final Path work;
    private final List<Path> libraries = new ArrayList<>();
    private int builds;

    PluginJars(Path work) {
        this.work = work;
    }

    /** The source of a sound plugin of one mode, with its name, mode and command equal. */
    static String plugin(String packageName, String name) {
        return """
                package %s;
                import com.typesafe.config.Config;
                import io.kubetun.spi.*;
                import java.util.*;
                public final class ThePlugin implements Plugin {
                    public String name() { return "%2$s"; }
                    public List<ModeFactory> modes() { return List.of(new Factory()); }
                    static final class Factory implements ModeFactory {
                        public ModeDescriptor descriptor() {
                            return new ModeDescriptor("%2$s", "%2$s", "A mode.", List.of(), Set.of());
                        }
                        public Mode create(SessionContext context, Config options) {
                            Loader.check();
                            return new Mode() {
                                public void start() { Loader.check(); }
                                public void stop() { Loader.check(); throw new IllegalStateException("stop"); }
                                public List<Listening> listening() { Loader.check(); return null; }
                            };
                        }
                    }
                    static final class Loader {
                        static void check() {
                            if (Thread.currentThread().getContextClassLoader() != Loader.class.getClassLoader()) {
                                throw new IllegalStateException("foreign context loader");
                            }
                        }
                    }
                }
                """.formatted(packageName, name);
    }

    static String module(String packageName) {
        return "module %1$s { requires io.kubetun.spi; provides io.kubetun.spi.Plugin with %1$s.ThePlugin; }"
                .formatted(packageName);
    }

    /** Builds a jar of sources by file name, then without some of its classes. */
    Path jar(Path jar, Map<String, String> attributes, Map<String, String> sources, String... withoutClasses)
            throws IOException {
        Path classes = compile(sources);
        for (String without : withoutClasses) {
            Files.delete(classes.resolve(without));
        }
        Path manifest = Files.writeString(
                work.resolve("manifest" + builds),
                attributes.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
                        .collect(Collectors.joining()));
        Files.createDirectories(jar.getParent());
        run(
                "jar",
                List.of(
                        "--create",
                        "--file",
                        jar.toString(),
                        "--manifest",
                        manifest.toString(),
                        "-C",
                        classes.toString(),
                        "."));
        return jar;
    }

    /** Lets what is compiled from now on require a module. */
    void compileAgainst(Path library) {
        libraries.add(library);
    }

    private Path compile(Map<String, String> sources) throws IOException {
        Path source = work.resolve("source" + ++builds);
        Path classes = work.resolve("classes" + builds);
        List<String> arguments =
                new ArrayList<>(List.of("-d", classes.toString(), "--module-path", modulePath(), "-proc:none"));
        for (Map.Entry<String, String> entry : sources.entrySet()) {
            Path file = source.resolve(entry.getKey());
            Files.createDirectories(file.getParent());
            arguments.add(Files.writeString(file, entry.getValue()).toString());
        }
        run("javac", arguments);
        return classes;
    }

    /** What this JVM runs on, wherever the build has put it. */
    private String modulePath() {
        ModuleLayer layer = Plugin.class.getModule().getLayer();
        Stream<Path> running = layer.configuration().modules().stream()
                .flatMap(module -> module.reference().location().stream())
                .filter(location -> location.getScheme().equals("file"))
                .map(Path::of);
        return Stream.concat(running, libraries.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void run(String tool, List<String> arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int status = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, arguments.toArray(String[]::new));
        assertThat(status).as("%s %s: %s", tool, arguments, out).isZero();
    }
}
