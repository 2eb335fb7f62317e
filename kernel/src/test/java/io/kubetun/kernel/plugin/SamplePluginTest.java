package io.kubetun.kernel.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetun.kernel.profile.Overrides;
import io.kubetun.kernel.profile.Profile;
import io.kubetun.kernel.profile.ProfileLoader;
import io.kubetun.kernel.profile.ProfileSchema;
import io.kubetun.spi.KubetunException;
import io.kubetun.spi.SpiVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample in {@code examples/} compiles against this interface, loads, and can be named in a profile. */
class SamplePluginTest {
    private static final Path SAMPLE = Path.of("../examples/tcp-forward/src/main/java");

    @TempDir
    Path work;

    @Test
    void loadsAndRunsByProfile() throws Exception {
        new PluginJars(work)
                .jar(
                        work.resolve("plugins/tcp-forward.jar"),
                        Map.of(SpiVersion.ATTRIBUTE, SpiVersion.CURRENT.toString()),
                        sources());
        PluginRegistry registry = PluginRegistry.load(List.of(work.resolve("plugins")));
        assertThat(registry.plugins().getFirst().reason()).isEmpty();
        Files.writeString(work.resolve("dev.conf"), "kubetun.modes.tcp-forward { target = \"echo.lab:80\" }");
        ProfileLoader profiles = new ProfileLoader(
                new ProfileSchema(List.of(), registry.modes()), List.of(work), Map.of(), new Properties());
        Profile profile = profiles.load("dev", Overrides.none());
        assertThat(registry.mode("tcp-forward")
                        .orElseThrow()
                        .create(null, profile.modes().get("tcp-forward"))
                        .listening())
                .isEmpty();

        Profile without = profiles.adHoc("tcp-forward", new Overrides(Map.of("modes.tcp-forward", Map.of())));
        assertThatThrownBy(() -> registry.mode("tcp-forward")
                        .orElseThrow()
                        .create(null, without.modes().get("tcp-forward")))
                .isInstanceOf(KubetunException.class)
                .hasMessageContaining("no target is given");
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(SAMPLE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sources.put(SAMPLE.relativize(file).toString(), Files.readString(file));
            }
        }
        return sources;
    }
}
