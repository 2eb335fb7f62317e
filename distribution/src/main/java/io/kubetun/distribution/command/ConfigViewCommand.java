package io.kubetun.distribution.command;

import io.kubetun.kernel.profile.ConfigView;
import io.kubetun.spi.KubetunException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun config view --profile NAME}: each value and where it came from. */
final class ConfigViewCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final ProfileFlags profile;

    ConfigViewCommand(Sessions sessions) {
        spec.usageMessage().description("Shows what a profile says, and where each value came from.");
        profile = ProfileFlags.required(sessions, spec, "The profile.").withCluster();
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException {
        System.out.println(ConfigView.render(profile.load()));
        return 0;
    }
}
