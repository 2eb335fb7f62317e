package io.kubetun.distribution.command;

import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun disconnect ID…|--all}: ends sessions, wherever they live. */
final class DisconnectCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Kernels kernels;
    private final OptionSpec all = OptionSpec.builder("--all")
            .type(boolean.class)
            .description("End all sessions of this user.")
            .build();
    private final PositionalParamSpec ids = PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .paramLabel("ID")
            .description("The id or the profile's name of a session: kubetun status shows them.")
            .build();

    DisconnectCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Ends sessions; what they changed is taken back.");
        spec.addOption(all);
        spec.addPositional(ids);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        List<String> wanted = ids.getValue();
        boolean everything = Boolean.TRUE.equals(all.getValue());
        if (everything == (wanted != null && !wanted.isEmpty())) {
            throw new KubetunException(
                    ErrorCode.USAGE,
                    "cannot tell which session to end",
                    everything ? "there are ids beside --all" : "none is named",
                    "Name one, or say --all: kubetun disconnect ID. See them: kubetun status");
        }
        if (everything) {
            for (ControlClient kernel : kernels.all()) {
                for (SessionStatus session : kernels.statusOf(kernel)) {
                    end(kernel, session.id());
                }
            }
            return 0;
        }
        for (String name : wanted) {
            Kernels.Found found = kernels.find(name);
            end(found.kernel(), found.session().id());
        }
        return 0;
    }

    private static void end(ControlClient kernel, String id) throws KubetunException {
        kernel.stop(id, Ending.DISCONNECTED);
        System.err.println("Session " + id + " has ended. Nothing is left behind.");
    }
}
