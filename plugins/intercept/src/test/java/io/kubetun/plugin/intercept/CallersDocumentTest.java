package io.kubetun.plugin.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetun.spi.cluster.InterceptCaller;
import io.kubetun.spi.cluster.InterceptRequest.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The document has the whole table of who reaches what, and no other. */
class CallersDocumentTest {
    private static final Path DOCUMENT = Path.of("../../docs/modes/intercept.md");

    private static String row(String first, Stream<String> others) {
        return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |"));
    }

    @Test
    void hasTheTable() throws Exception {
        String head = row("who calls", Arrays.stream(Way.values()).map(way -> "`" + way + "`"));
        List<String> said = Files.readAllLines(DOCUMENT).stream()
                .dropWhile(line -> !line.equals(head))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .toList();
        assertThat(said)
                .containsExactlyElementsOf(Arrays.stream(InterceptCaller.values())
                        .map(caller -> row(
                                caller.toString(),
                                Arrays.stream(Way.values())
                                        .map(way -> caller.answeredBy(way).toString())))
                        .toList());
    }
}
