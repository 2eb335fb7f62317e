package io.kubetun.distribution.command;

import io.kubetun.kernel.control.Kernels;
import io.kubetun.spi.KubetunException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun drop ID MODE}: takes a mode from a living session. */
final class DropCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Kernels kernels;
    private final PositionalParamSpec words = PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("2")
            .paramLabel("WORD")
            .hideParamSyntax(true)
            .description("The session's id and the mode's name: drop 1a2b socks")
            .build();

    DropCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Takes a mode from a running session; the rest of it goes on.");
        spec.addPositional(words);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        List<String> said = words.getValue();
        Kernels.Found found = kernels.find(said.getFirst());
        found.kernel().drop(found.session().id(), said.getLast());
        System.err.println("Session " + found.session().id() + " has no " + said.getLast() + " any longer.");
        return 0;
    }
}
