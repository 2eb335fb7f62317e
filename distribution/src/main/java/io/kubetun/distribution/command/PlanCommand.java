package io.kubetun.distribution.command;

import io.kubetun.spi.ModeDescriptor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun plan [--profile NAME | MODE …]}: what a starting command would do, with the same flags. */
final class PlanCommand implements Callable<Integer> {
    private final StartFlags start;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;

    PlanCommand(Sessions sessions) {
        spec.usageMessage()
                .description(
                        "Prints what a profile, or a mode's command, would change and listen on, and changes nothing:",
                        "kubetun plan --profile NAME, kubetun plan forward -n shop. The same as --dry-run of that command.");
        profile = ProfileFlags.optional(sessions, spec, "The profile to plan.").withCluster();
        start = new StartFlags(spec, false);
    }

    /** Adds the modes' commands, as they are finished elsewhere. */
    CommandSpec spec(DryRun dryRun, List<ModeDescriptor> modes, Function<ModeDescriptor, CommandSpec> commands) {
        dryRun.always(spec);
        for (ModeDescriptor mode : modes) {
            CommandSpec command = dryRun.always(commands.apply(mode));
            if (!mode.command().equals(mode.name())) {
                command.aliases(mode.name());
            }
            spec.addSubcommand(mode.command(), command);
        }
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        return profile.run(start);
    }
}
