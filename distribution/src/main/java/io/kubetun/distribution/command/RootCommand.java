package io.kubetun.distribution.command;

import io.kubetun.distribution.Version;
import io.kubetun.spi.ErrorCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun --profile NAME}: starts what the profile says; without one, shows the help. */
final class RootCommand implements Callable<Integer> {
    private final Sessions sessions;
    private final Flags flags = new Flags();
    private final StartFlags start;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec profile = OptionSpec.builder("--profile", "-p")
            .type(String.class)
            .arity("1")
            .paramLabel("NAME")
            .description("The profile to start: ./NAME.conf, the user's profiles, the installation's.")
            .build();

    RootCommand(Sessions sessions) {
        this.sessions = sessions;
        spec.name("kubetun");
        spec.version("kubetun " + Version.number());
        spec.addOption(profile);
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Print the version.")
                .build());
        flags.add(spec, "cluster", sessions.clusterOptions());
        start = new StartFlags(spec, false);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        String name = profile.getValue();
        if (name == null) {
            CommandLine line = spec.commandLine();
            line.usage(line.getErr());
            return ErrorCode.USAGE.status();
        }
        return sessions.runProfile(name, flags.overrides(spec.commandLine().getParseResult(), Map.of()), start);
    }
}
