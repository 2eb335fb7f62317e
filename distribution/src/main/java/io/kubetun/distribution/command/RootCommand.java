package io.kubetun.distribution.command;

import io.kubetun.distribution.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code kubetun --profile NAME}: starts what the profile says; without one, shows the help. */
final class RootCommand implements Callable<Integer> {
    private final StartFlags start;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;

    RootCommand(Sessions sessions) {
        spec.name("kubetun");
        spec.version("kubetun " + Version.number());
        profile = ProfileFlags.optional(
                sessions, spec, "The profile to start: ./NAME.conf, the user's profiles, the installation's.");
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Print the version.")
                .build());
        profile.withCluster();
        start = new StartFlags(spec, false);
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        return profile.run(start);
    }
}
