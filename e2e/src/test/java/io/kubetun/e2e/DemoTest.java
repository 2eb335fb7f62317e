package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.e2e.Running.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first thing that a stranger runs, and how quickly things start. */
class DemoTest {
    @TempDir
    Path scratch;

    @Test
    void theDemoFetchesAServiceByNameWithinFiveSeconds() throws Exception {
        try (World world = World.open(scratch)) {
            // The first start makes the cache of classes in the background; what counts is a later one.
            Map<String, String> cached = Map.of("KUBETUN_NO_AOT", "", "XDG_CACHE_HOME", "");
            world.kubetun(cached, "demo", "--once").await(World.PATIENCE);
            Path caches = world.home().resolve(".cache/kubetun");
            Installation.awaitCache(caches, World.PATIENCE);
            long start = System.nanoTime();
            Result result = world.kubetun(cached, "demo", "--once").await(Duration.ofMinutes(1));
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(result.output()).contains("HTTP/1.1 200").contains("Nothing is left behind");
            assertThat(result.status()).isZero();
            System.out.printf("demo --once: %.2f s%n", seconds);
            assertThat(seconds).isLessThan(5.0);
        }
    }

    @Test
    void versionSaysWhatItIs() throws Exception {
        try (World world = World.open(scratch)) {
            assertThat(world.kubetun("version").await(Duration.ofSeconds(20)).output())
                    .matches("kubetun \\d+\\.\\d+\\.\\d+ .*");
        }
    }
}
