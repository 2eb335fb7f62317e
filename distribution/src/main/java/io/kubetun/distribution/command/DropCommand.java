package io.kubetun.distribution.command;

import io.kubetun.kernel.control.Kernels;
import io.kubetun.spi.KubetunException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun drop ID MODE}: takes a mode from a living session. */
final class DropCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Kernels kernels;
    private final ModeWords words;

    DropCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Takes a mode from a running session; the rest of it goes on.");
        words = new ModeWords(spec, "2", "The session's id and the mode's name: drop 1a2b socks");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        Kernels.Found found = kernels.find(words.session());
        found.kernel().drop(found.session().id(), words.mode());
        System.err.println("Session " + found.session().id() + " has no " + words.mode() + " any longer.");
        return 0;
    }
}
