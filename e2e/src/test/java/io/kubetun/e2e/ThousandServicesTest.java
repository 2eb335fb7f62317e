package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.testkit.EmbeddedCluster;
import io.kubetun.testkit.EmbeddedNamespace;
import io.kubetun.testkit.pod.PodResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large namespace: {@code forward} starts quickly, and a Service costs little memory. */
class ThousandServicesTest {
    private static final int FEW = 10;
    private static final int MANY = 1000;

    @TempDir
    Path scratch;

    @Test
    void aThousandServicesStartQuicklyAndCostLittle() throws Exception {
        assumeTrue(
                System.getenv().getOrDefault("KUBETUN_LAB", "").isEmpty(), "the real cluster has no thousand Services");
        Path installation = Installation.copy(scratch);
        // The first start makes the cache of classes, as on a user's machine.
        kubetun(installation, Map.of(), "demo", "--once").await(World.PATIENCE);
        Installation.awaitCache(scratch.resolve("home/.cache/kubetun"), World.PATIENCE);
        Start few = start(installation, FEW);
        Start many = start(installation, MANY);
        System.out.printf(
                "%d Services: %.2f s, %d MB; %d Services: %.2f s, %d MB%n",
                FEW, few.seconds, few.megabytes, MANY, many.seconds, many.megabytes);
        assertThat(many.seconds).isLessThan(3.0);
        assertThat(many.megabytes - few.megabytes).isLessThan(60);
    }

    private Start start(Path installation, int services) throws IOException, InterruptedException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start()) {
            EmbeddedNamespace namespace = cluster.namespace("default");
            for (int i = 0; i < services; i++) {
                namespace
                        .service("service-" + i)
                        .port("http", 8080, 8080)
                        .create()
                        .pods(1, pod -> pod.http(8080, request -> PodResponse.text("ok\n")));
            }
            Path kubeconfig = cluster.kubeconfig(scratch.resolve("config-" + services));
            long begin = System.nanoTime();
            try (Running forward = kubetun(
                    installation,
                    Map.of("KUBECONFIG", kubeconfig.toString()),
                    "forward",
                    "--foreground",
                    "--no-hosts")) {
                forward.awaitLine("Ready", Duration.ofSeconds(40));
                double seconds = (System.nanoTime() - begin) / 1e9;
                assertThat(forward.output()).contains(services + " addresses");
                return new Start(seconds, ProcessSize.of(forward.pid()).residentKilobytes() / 1024);
            }
        }
    }

    private Running kubetun(Path installation, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of(installation.resolve("bin/kubetun").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(List.of("KUBETUN_NO_AOT", "XDG_CACHE_HOME"));
        builder.environment()
                .put("HOME", Files.createDirectories(scratch.resolve("home")).toString());
        builder.environment().putAll(environment);
        return new Running(builder);
    }

    private record Start(double seconds, long megabytes) {}
}
