package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.KubetunException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code kubetun status [ID]}: the sessions of this user, and where they listen. */
final class StatusCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OutputOption output = new OutputOption(spec);
    private final OptionSpec watch = OptionSpec.builder("-w", "--watch")
            .type(boolean.class)
            .description("Print it again whenever it changes, until Ctrl-C.")
            .build();
    private final PositionalParamSpec id = PositionalParamSpec.builder()
            .type(String.class)
            .arity("0..1")
            .paramLabel("ID")
            .description("Only this session: its id, or the name of its profile.")
            .build();
    private final Kernels kernels;

    StatusCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Shows the running sessions and where they listen.");
        spec.addOption(watch);
        spec.addPositional(id);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException, InterruptedException {
        Format format = output.format();
        String wanted = id.getValue();
        if (Boolean.TRUE.equals(watch.getValue())) {
            new StatusWatch(kernels)
                    .run(sessions -> System.out.println(StatusOutput.render(
                            sessions.stream()
                                    .filter(each -> wanted == null || isNamed(each, wanted))
                                    .toList(),
                            format)));
        } else {
            System.out.println(PlainStatus.render(kernels, Optional.ofNullable(wanted), format));
        }
        return 0;
    }

    private static boolean isNamed(SessionStatus session, String wanted) {
        return session.id().equals(wanted) || session.profile().equals(wanted);
    }
}
