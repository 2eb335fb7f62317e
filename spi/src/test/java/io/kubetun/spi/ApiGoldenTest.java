package io.kubetun.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Plugins are compiled against these signatures. Who changes them changes {@link SpiVersion} too and renews the file
 * with {@code ./mvnw -pl spi test -Dgolden.update=true}.
 */
class ApiGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/api.txt");
    /** Fewer types than this, and it is the test that is broken. */
    private static final int FLOOR = 40;

    @Test
    void offersWhatIsWrittenDown() throws IOException {
        List<String> actual = ApiSignature.of(Plugin.class.getModule());
        assertThat(actual.stream().filter(line -> !line.startsWith(" "))).hasSizeGreaterThan(FLOOR);
        if (Boolean.getBoolean("golden.update")) {
            Files.write(GOLDEN, actual);
        }
        assumeFalse(Boolean.getBoolean("golden.update"), "the golden file was renewed");
        assertThat(actual)
                .as("the plugin interface; if the change is wanted: change SpiVersion, then"
                        + " ./mvnw -pl spi test -Dgolden.update=true")
                .containsExactlyElementsOf(Files.readAllLines(GOLDEN));
    }
}
