package io.kubetun.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.testkit.pod.ExecFunction;
import io.kubetun.testkit.pod.PodResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real client against the embedded cluster, where KUBETUN_TEST_KUBECTL says where it is. */
@Timeout(120)
class KubectlTest {
    private static final Optional<String> KUBECTL = Optional.ofNullable(System.getenv("KUBETUN_TEST_KUBECTL"));
    private static final Pattern FORWARDING = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) ->");

    private EmbeddedCluster cluster;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(KUBECTL.isPresent(), "KUBETUN_TEST_KUBECTL names no kubectl");
        cluster = EmbeddedCluster.start();
        cluster.kubeconfig(folder.resolve("config"));
        cluster.namespace("lab")
                .service("echo")
                .port("http", 80, 8080)
                .pods(
                        1,
                        pod -> pod.http(8080, request -> PodResponse.text("hello from " + pod.name()))
                                .exec(command -> ExecFunction.Result.ok(String.join(" ", command))));
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private ProcessBuilder kubectl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                KUBECTL.orElseThrow(), "--kubeconfig", folder.resolve("config").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", folder.toString());
        return builder;
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Process process = kubectl(arguments).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void listsAndAsks() throws Exception {
        assertThat(run("get", "svc,pods,endpointslices,ns", "-A")).contains("service/echo", "pod/echo-0");
        assertThat(run("get", "svc", "-n", "lab", "echo", "-o", "jsonpath={.spec.clusterIP}"))
                .startsWith("10.96.");
        assertThat(run("version")).contains("Server Version: v1.34.4");
        assertThat(run("exec", "-n", "lab", "echo-0", "--", "uname", "-a")).contains("uname -a");
        run("delete", "pod", "-n", "lab", "echo-0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void forwardsPorts(boolean webSockets) throws Exception {
        ProcessBuilder builder = kubectl("port-forward", "-n", "lab", "svc/echo", ":80");
        builder.environment().put("KUBECTL_PORT_FORWARD_WEBSOCKETS", Boolean.toString(webSockets));
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            Matcher matcher = FORWARDING.matcher(String.valueOf(line));
            assertThat(matcher.find()).as(String.valueOf(line)).isTrue();
            URI uri = URI.create("http://127.0.0.1:" + matcher.group(1) + "/");
            for (int i = 0; i < 3; i++) {
                try (var body = uri.toURL().openStream()) {
                    assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                            .isEqualTo("hello from echo-0");
                }
            }
        } finally {
            process.destroy();
        }
    }
}
