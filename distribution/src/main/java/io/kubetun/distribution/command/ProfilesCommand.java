package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Table;
import io.kubetun.kernel.profile.ProfileSummary;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun profiles}: the profiles that can be started. */
final class ProfilesCommand implements Callable<Integer> {
    private final Sessions sessions;

    ProfilesCommand(Sessions sessions) {
        this.sessions = sessions;
    }

    CommandSpec spec() {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
        spec.usageMessage().description("Lists the profiles that kubetun --profile NAME would find.");
        return spec;
    }

    @Override
    public Integer call() {
        List<ProfileSummary> found = sessions.profiles().list();
        if (found.isEmpty()) {
            System.out.println("No profiles.");
            return 0;
        }
        Table table = new Table("NAME", "MODES", "FILE", "ERROR");
        for (ProfileSummary profile : found) {
            table.row(
                    profile.name(),
                    String.join(",", profile.modes()),
                    profile.path().toString(),
                    profile.error().orElse(""));
        }
        System.out.println(table.render());
        return 0;
    }
}
