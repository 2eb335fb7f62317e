package io.kubetun.distribution.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainStatusTest {
    @Test
    void readsAnIdAndAFormatInAnyOrder() {
        assertThat(of("status")).contains(new PlainStatus(Optional.empty(), "table"));
        assertThat(of("status ab12")).contains(new PlainStatus(Optional.of("ab12"), "table"));
        assertThat(of("status -o json")).contains(new PlainStatus(Optional.empty(), "json"));
        assertThat(of("status --output yaml ab12")).contains(new PlainStatus(Optional.of("ab12"), "yaml"));
        assertThat(of("status ab12 -o wide")).contains(new PlainStatus(Optional.of("ab12"), "wide"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quit",
                "--verbose status",
                "status -w",
                "status --watch",
                "status --help",
                "status --verbose",
                "status -o",
                "status -ojson",
                "status @file",
                "status one two",
                "status -o json --nonsense",
            })
    void leavesTheRestToTheWholeCommandLine(String typed) {
        assertThat(of(typed)).isEmpty();
    }

    private static Optional<PlainStatus> of(String typed) {
        return PlainStatus.of(typed.split(" ", -1));
    }
}
