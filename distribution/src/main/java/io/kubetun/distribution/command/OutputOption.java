package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.spi.KubetunException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code -o} of a command that lists something. */
final class OutputOption {
    private final OptionSpec flag = OptionSpec.builder("-o", "--output")
            .type(String.class)
            .arity("1")
            .defaultValue("table")
            .paramLabel("table|wide|json|yaml")
            .description("How to print it.")
            .build();

    /** Adds the flag to a command. */
    OutputOption(CommandSpec spec) {
        spec.addOption(flag);
    }

    /** What was asked for; refused if it is no format. */
    Format format() throws KubetunException {
        String typed = flag.getValue();
        // picocli sets the default only on the command that was typed.
        return typed == null ? Format.TABLE : Format.parse(typed);
    }
}
