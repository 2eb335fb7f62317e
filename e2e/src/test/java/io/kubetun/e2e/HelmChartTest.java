package io.kubetun.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetun.e2e.Running.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Helm chart, rendered by Helm itself and compared with what is written down; what is written down is applied by
 * {@link ChartRolesTest}.
 */
class HelmChartTest {
    private static final Path HELM =
            Path.of("../distribution/helm").toAbsolutePath().normalize();
    private static final Path GOLDEN = HELM.resolve("golden");
    private static final String VALUES = ".values.yaml";

    /** Where only the Go module is there, it has to be built first. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @TempDir
    private Path scratch;

    @BeforeAll
    static void helmIsThere() throws Exception {
        boolean helm = System.getenv("KUBETUN_HELM") != null || isOnPath("helm");
        boolean lab = System.getenv("KUBETUN_LAB") != null && isOnPath("go");
        assumeTrue(helm || lab, "Helm is not there: put helm on the PATH, or name it by KUBETUN_HELM");
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(VALUES))
                    .map(name -> name.substring(0, name.length() - VALUES.length()))
                    .sorted()
                    .toList();
        }
    }

    private static Result run(Path program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return new Running(new ProcessBuilder(command)).await(LIMIT);
    }

    private static String sure(Path program, String... arguments) throws Exception {
        Result result = run(program, arguments);
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    @ParameterizedTest
    @MethodSource("names")
    void rendersWhatIsWrittenDown(String name) throws Exception {
        String rendered = sure(HELM.resolve("render"), name);
        Path golden = GOLDEN.resolve(name + ".yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, rendered + "\n");
        }
        assumeFalse(Boolean.getBoolean("golden.update"), "the golden file was renewed");
        assertThat(rendered)
                .as("the chart; if the change is wanted: run this test with -Dgolden.update=true")
                .isEqualTo(Files.readString(golden).stripTrailing());
    }

    @Test
    void isPackagedWithAnIndex() throws Exception {
        Path helm = HELM.resolve("helm");
        String chart = HELM.resolve("kubetun").toString();
        assertThat(sure(helm, "lint", "--strict", chart)).contains("0 chart(s) failed");
        sure(helm, "package", chart, "--destination", scratch.toString());
        sure(helm, "repo", "index", scratch.toString());
        assertThat(scratch.resolve("kubetun-0.1.0.tgz")).isRegularFile();
        assertThat(Files.readString(scratch.resolve("index.yaml"))).contains("kubetun-0.1.0.tgz", "digest:");
    }

    @Test
    void refusesValuesThatMakeNoSense() throws Exception {
        Path helm = HELM.resolve("helm");
        String chart = HELM.resolve("kubetun").toString();
        for (String wrong : List.of("gateway.replica=2", "gateway.replicas=0", "gateway.name=A_b", "roles.mesh=true")) {
            Result refused = run(helm, "template", "x", chart, "--set", wrong);
            assertThat(refused.status()).as(wrong).isNotZero();
            assertThat(refused.output()).contains("values don't meet the specifications of the schema");
        }
    }
}
