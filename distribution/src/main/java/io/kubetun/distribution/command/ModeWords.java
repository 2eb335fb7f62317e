package io.kubetun.distribution.command;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The words of a command that changes one mode of a living session: the session, the mode, and what else it takes. */
final class ModeWords {
    private final PositionalParamSpec words;

    /** Adds them to a command. */
    ModeWords(CommandSpec spec, String arity, String description) {
        words = PositionalParamSpec.builder()
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity(arity)
                .paramLabel("WORD")
                .hideParamSyntax(true)
                .description(description)
                .build();
        spec.addPositional(words);
    }

    /** The session's id, or its profile's name. */
    String session() {
        return said().getFirst();
    }

    String mode() {
        return said().get(1);
    }

    Optional<String> options() {
        return said().stream().skip(2).findFirst();
    }

    private List<String> said() {
        return words.getValue();
    }
}
