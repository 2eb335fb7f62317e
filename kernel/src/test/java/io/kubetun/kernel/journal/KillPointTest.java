package io.kubetun.kernel.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillPointTest {
    private static final int KILLED = 137;

    /** The process that dies. */
    static final class Stepping {
        private Stepping() {}

        public static void main(String[] arguments) {
            KillPoint point = KillPoint.of("kernel", System.getenv());
            for (String each : List.of("one", "two", "three")) {
                point.step(each);
                System.out.println("after " + each);
            }
        }
    }

    private static List<String> run(String wanted, int status) throws Exception {
        Path main = Path.of(KillPoint.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        main + ":" + main.resolveSibling("test-classes"),
                        Stepping.class.getName())
                .redirectErrorStream(true);
        builder.environment().put(KillPoint.VARIABLE, wanted);
        Process process = builder.start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(lines.toString()).isEqualTo(status);
        return lines;
    }

    @Test
    void killsAtTheStepThatIsNamed() throws Exception {
        assertThat(run("kernel:2", KILLED)).containsExactly("after one");
    }

    @Test
    void listsTheSteps() throws Exception {
        assertThat(run("count", 0)).contains("kill point kernel:1 one", "kill point kernel:3 three", "after three");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "helper:1", "kernel:0", "kernel:4", "kernel", "on"})
    void anythingElseIsNothing(String wanted) throws Exception {
        assertThat(run(wanted, 0)).containsExactly("after one", "after two", "after three");
        assertThat(KillPoint.of("kernel", Map.of())).isNotNull();
    }
}
