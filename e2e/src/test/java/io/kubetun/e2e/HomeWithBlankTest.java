package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths with blanks in them, and what the launcher's own environment must not reach. */
class HomeWithBlankTest {
    private static final String SOCKS = "127.0.0.1:11100";

    @TempDir
    Path scratch;

    @Test
    void aHomeAndItsCacheOfClassesMayHaveABlankInTheirPath() throws Exception {
        try (World world = World.open(scratch)) {
            Path home = home(world);
            Map<String, String> environment =
                    Map.of("HOME", home.toString(), "KUBETUN_NO_AOT", "", "XDG_CACHE_HOME", "");
            Result first = world.kubetun(environment, "plugins").await(World.PATIENCE);
            assertThat(first.status()).as(first.output()).isZero();
            Path cache = home.resolve(".cache/kubetun");
            Installation.awaitCache(cache, Duration.ofMinutes(2));
            try (Running proxy = world.kubetun(environment, "proxy-out", "--listen-socks", SOCKS)) {
                proxy.awaitLine("Ready", Duration.ofSeconds(30));
                assertThat(new Socks(world, SOCKS).curl("http://echo.lab/")).contains("\"app\":\"echo\"");
                assertThat(Files.readString(Path.of("/proc/" + proxy.pid() + "/cmdline")))
                        .contains("-XX:AOTCache=" + cache);
                assertThat(proxy.output()).doesNotContain("AOT");
            }
            assertThat(Files.isDirectory(home.resolve(".local/state/kubetun"))).isTrue();
        }
    }

    @Test
    void anExecPluginHasTheUsersEnvironment() throws Exception {
        try (World world = World.open(scratch)) {
            assertThat(environmentOfPlugin(world, Map.of()))
                    .containsEntry("KUBECONFIG_OF_TEST", "yes")
                    .doesNotContainKey("MALLOC_ARENA_MAX");
            assertThat(environmentOfPlugin(world, Map.of("MALLOC_ARENA_MAX", "7")))
                    .containsEntry("MALLOC_ARENA_MAX", "7");
        }
    }

    private Map<String, String> environmentOfPlugin(World world, Map<String, String> more) throws Exception {
        Path home = home(world);
        Path seen = home.resolve("seen");
        String config = Files.readString(world.home().resolve(".kube/config"));
        String command = config.replaceAll("(?s).*command: ([^,\\s]+).*", "$1");
        Path plugin = Files.writeString(
                scratch.resolve("plugin"), "#!/bin/sh\nenv >'%s'\nexec %s \"$@\"\n".formatted(seen, command));
        assertThat(plugin.toFile().setExecutable(true, false)).isTrue();
        Path own = Files.writeString(
                scratch.resolve("kubeconfig"), config.replace("command: " + command, "command: " + plugin));
        Map<String, String> environment = new HashMap<>(more);
        environment.put("HOME", home.toString());
        environment.put("KUBECONFIG", own.toString());
        environment.put("KUBECONFIG_OF_TEST", "yes");
        try (Running proxy = world.kubetun(environment, "proxy-out", "--listen-socks", SOCKS)) {
            proxy.awaitLine("Ready", Duration.ofSeconds(30));
        }
        Map<String, String> found = new HashMap<>();
        Files.readAllLines(seen)
                .forEach(line -> found.put(line.replaceAll("=.*", ""), line.substring(line.indexOf('=') + 1)));
        return found;
    }

    /** A home of the user with a blank in its path, and the usual kubeconfig. */
    private static Path home(World world) throws Exception {
        Path home = world.home().resolve("a home");
        world.sure("mkdir", "-p", home + "/.kube");
        world.sure("cp", world.home().resolve(".kube/config").toString(), home + "/.kube/config");
        return home;
    }
}
