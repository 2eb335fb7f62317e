package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.ConfigView;
import io.kubetun.kernel.profile.Overrides;
import io.kubetun.spi.KubetunException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun config view --profile NAME}: each value and where it came from. */
final class ConfigViewCommand implements Callable<Integer> {
    private final Sessions sessions;
    private final Flags flags = new Flags();
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec profile = OptionSpec.builder("--profile", "-p")
            .type(String.class)
            .arity("1")
            .required(true)
            .paramLabel("NAME")
            .description("The profile.")
            .build();

    ConfigViewCommand(Sessions sessions) {
        this.sessions = sessions;
        spec.usageMessage().description("Shows what a profile says, and where each value came from.");
        spec.addOption(profile);
        flags.add(spec, "cluster", sessions.clusterOptions());
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        Overrides overrides = flags.overrides(spec.commandLine().getParseResult(), Map.of());
        String name = profile.getValue();
        System.out.println(ConfigView.render(sessions.profiles().load(name, overrides)));
        return 0;
    }
}
